variable "name" {
  description = "The bucket's name, with the deployment's prefix: it is unique in all of AWS."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.name)) && !strcontains(var.name, "..")
    error_message = "a bucket's name has 3 to 63 lower-case letters, digits, `.` and `-`, the prefix included; choose a shorter name_prefix or bucket"
  }
}

variable "delete_data" {
  description = "Whether destroying the bucket deletes what is in it; otherwise the bucket refuses to go."
  type        = bool
  default     = false
}

variable "how_to_delete" {
  description = "The option that has the data deleted, for the sentence that the bucket refuses with."
  type        = string
  default     = "delete_data = true"
}

variable "kms_key_arn" {
  description = "The key that encrypts objects; null for the keys of S3 itself."
  type        = string
  default     = null
}

variable "old_version_days" {
  description = "For how many days a version that was replaced or deleted can be brought back."
  type        = number
  default     = 30

  validation {
    condition     = var.old_version_days >= 1 && floor(var.old_version_days) == var.old_version_days
    error_message = "old versions are kept for a whole number of days, 1 at least"
  }
}

variable "expire_days" {
  description = "After how many days objects go by themselves; null for never."
  type        = number
  default     = null
}

variable "readers" {
  description = "ARNs of roles or accounts elsewhere that may read the objects."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for reader in var.readers : can(regex("^arn:[^:]+:iam::[0-9]{12}:[^*]+$", reader))])
    error_message = "a bucket is never public: each reader is the ARN of a role, a user or an account, such as arn:aws:iam::123456789012:root"
  }
}

variable "distributions" {
  description = "The CloudFront distributions that serve the objects, under any names."
  type        = map(string)
  default     = {}
}
