variable "name_prefix" {
  description = "Goes before the name of everything: buckets have names that are unique in all of AWS, and roles in an account, so that each deployment has its own."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name_prefix)) && length(var.name_prefix) <= 20
    error_message = "name_prefix has at most 20 lower-case letters, digits and hyphens between them, such as acme-live."
  }
}

variable "pipelines" {
  description = "The folder of the pipeline files; each NAME.yaml in it is a pipeline."
  type        = string
  default     = "../pipelines"
}

variable "packages" {
  description = "The folder of the functions' packages, as `cargo xtask package` makes it."
  type        = string
  default     = "../target/package"

  validation {
    condition     = fileexists("${var.packages}/packages.json")
    error_message = "There is no packages.json in the folder of the packages: run `cargo xtask package` first, or name the folder with -var packages=FOLDER."
  }
}

variable "tags" {
  description = "Tags of everything, beside Application and Deployment."
  type        = map(string)
  default     = {}
}

variable "permissions_boundary_arn" {
  description = "The policy that bounds every role; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:[^:]+:iam::[0-9]*:policy/.+$", var.permissions_boundary_arn))
    error_message = "A permissions boundary is the ARN of a policy, such as arn:aws:iam::123456789012:policy/boundary."
  }
}

variable "kms_key_arn" {
  description = "A key of your own for streams and buckets; its policy has to let this account use it. Null for the keys that AWS manages."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "A key is named by its ARN, such as arn:aws:kms:eu-west-1:123456789012:key/….; streams and buckets are never unencrypted."
  }
}

variable "stream_retention_hours" {
  description = "For how many hours streams keep their records: the time there is to repair a failure without loss."
  type        = number
  default     = 24

  validation {
    condition     = var.stream_retention_hours >= 24 && var.stream_retention_hours <= 8760
    error_message = "A stream retains its records for 24 to 8760 hours."
  }
}

variable "log_retention_days" {
  description = "For how many days the functions' logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "delete_data_of" {
  description = "The pipelines whose buckets may be destroyed with their data. Apply it before the destroy: until then such a bucket refuses to go."
  type        = set(string)
  default     = []
}

variable "bucket_readers" {
  description = "ARNs of roles or accounts elsewhere that may read the pipelines' buckets."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for reader in var.bucket_readers : can(regex("^arn:[^:]+:iam::[0-9]{12}:[^*]+$", reader))])
    error_message = "A bucket is never public: each reader is the ARN of a role, a user or an account, such as arn:aws:iam::123456789012:root."
  }
}

variable "alarms" {
  description = "When there is an alarm: records that wait too long, that are quarantined in five minutes, or that do not come (silence_minutes by pipeline), and the address that is told, which has to confirm."
  type = object({
    email                = optional(string)
    iterator_age_seconds = optional(number, 300)
    quarantined_records  = optional(number, 0)
    silence_minutes      = optional(map(number), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.alarms.email == null ? true : can(regex("^[^@ ]+@[^@ ]+$", var.alarms.email))
    error_message = "alarms.email is an address, such as team@example.com."
  }
}

variable "kdg" {
  description = "The Kinesis Data Generator in the browser: whether there is one, the addresses of those who are invited, and whether they need a second factor."
  type = object({
    enabled      = optional(bool, true)
    users        = optional(set(string), [])
    mfa_required = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for user in var.kdg.users : can(regex("^[^@ ]+@[^@ ]+$", user))])
    error_message = "Each of kdg.users is an address, such as ada@example.com."
  }
}

variable "analytics" {
  description = "Tables, saved queries and a workgroup of Athena for pipelines with layout batch: whether there are any, how much one query may read, for how many days results are kept, and the first day that tables look for."
  type = object({
    enabled           = optional(bool, true)
    scan_limit_gib    = optional(number, 10)
    result_days       = optional(number, 7)
    tables_begin_with = optional(string, "2024-01-01")
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.analytics.scan_limit_gib >= 1 && floor(var.analytics.scan_limit_gib) == var.analytics.scan_limit_gib
    error_message = "analytics.scan_limit_gib is a whole number of GiB, 1 at least."
  }

  validation {
    condition     = can(regex("^20[0-9]{2}-[01][0-9]-[0-3][0-9]$", var.analytics.tables_begin_with))
    error_message = "analytics.tables_begin_with is a day, such as 2024-01-01."
  }
}
