variable "name" {
  description = "The stream's name, with the deployment's prefix."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{1,128}$", var.name))
    error_message = "a stream's name has at most 128 letters, digits, `_`, `.` and `-`"
  }
}

variable "shards" {
  description = "How many shards it has; null for on-demand capacity."
  type        = number
  default     = null

  validation {
    condition     = var.shards == null ? true : var.shards >= 1 && var.shards <= 20000 && floor(var.shards) == var.shards
    error_message = "stream.shards is a whole number from 1 to 20000; leave it out for on-demand capacity"
  }
}

variable "retention_hours" {
  description = "For how many hours records can be read, and a failure can be repaired without loss."
  type        = number
  default     = 24

  validation {
    condition     = var.retention_hours >= 24 && var.retention_hours <= 8760
    error_message = "a stream retains its records for 24 to 8760 hours"
  }
}

variable "kms_key_id" {
  description = "The key that encrypts it: an alias, a key's id or its ARN."
  type        = string
  default     = "alias/aws/kinesis"
  nullable    = false

  validation {
    condition     = length(var.kms_key_id) > 0
    error_message = "a stream is never unencrypted: name a key, or leave this out for the one that AWS manages"
  }
}

variable "shard_level_metrics" {
  description = "Metrics for each shard, which cost extra, such as IncomingRecords; none when empty."
  type        = set(string)
  default     = []
}
