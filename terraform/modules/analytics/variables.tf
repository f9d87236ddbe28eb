variable "name" {
  description = "The workgroup's name, with the deployment's prefix; the database has the same with underscores."
  type        = string
}

variable "tables" {
  description = "What each pipeline with layout batch stores: its bucket, the folder that its key renders, the member of the record's identity, columns as Athena calls their types, and the properties of its JSON Schema, which are taken when there are no columns."
  type = map(object({
    description = string
    bucket      = string
    key         = string
    id          = string
    columns     = map(string)
    properties  = map(string)
  }))

  validation {
    condition = alltrue(flatten([for table in values(var.tables) : [for type in values(table.columns) :
      can(regex("^(boolean|tinyint|smallint|int|bigint|float|double|string|binary|date|timestamp|decimal\\([0-9, ]+\\)|(array|map|struct)<.+>)$", type))
    ]]))
    error_message = "table.columns has a type that is not Athena's; `sluice check` says which"
  }
}

variable "result_bucket" {
  description = "The bucket that gets the results of queries."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that encrypts results; null for S3's own."
  type        = string
  default     = null
}

variable "scan_limit_bytes" {
  description = "How much one query may read before it is cut off."
  type        = number

  validation {
    condition     = var.scan_limit_bytes >= 10 * 1024 * 1024
    error_message = "Athena limits queries to 10 MiB at least"
  }
}

variable "first_day" {
  description = "The first day that tables look for, such as 2024-01-01."
  type        = string
}
