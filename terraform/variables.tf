variable "name_prefix" {
  description = "Goes before the name of everything: buckets have names that are unique in all of AWS, and roles in an account, so that each deployment has its own."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name_prefix)) && length(var.name_prefix) <= 20
    error_message = "name_prefix has at most 20 lower-case letters, digits and hyphens between them, such as acme-live"
  }
}

variable "pipelines" {
  description = "The folder of the pipeline files; each NAME.yaml in it is a pipeline."
  type        = string
  default     = "../pipelines"

  validation {
    condition     = try(length(fileset(var.pipelines, "*.yaml")), 0) > 0
    error_message = "there is no pipeline's file NAME.yaml in ${var.pipelines}: name another folder with -var pipelines=FOLDER, or run terraform destroy while the files are there"
  }

  validation {
    condition     = try(length(fileset(var.pipelines, "*.yml")), 0) == 0
    error_message = "a pipeline's file is called NAME.yaml: rename ${join(", ", try(fileset(var.pipelines, "*.yml"), []))} in ${var.pipelines}"
  }
}

variable "packages" {
  description = "The folder of the functions' packages, as `cargo xtask package` makes it."
  type        = string
  default     = "../target/package"

  validation {
    condition     = fileexists("${var.packages}/packages.json")
    error_message = "there is no packages.json in the folder of the packages: run `cargo xtask package` first, or name the folder with -var packages=FOLDER"
  }
}

variable "tags" {
  description = "Tags of everything but the objects of the generator's page, beside Application and Deployment."
  type        = map(string)
  default     = {}
  nullable    = false

  # Roles do not tell keys by their case ("Tags for IAM resources", IAM/latest/UserGuide/id_tags.html).
  validation {
    condition     = alltrue([for key in keys(var.tags) : !contains(["application", "deployment"], lower(key))]) && length(distinct([for key in keys(var.tags) : lower(key)])) == length(var.tags)
    error_message = "tags has Application or Deployment, which sluice sets and the role that deploys relies on, or a key twice but for its case: leave them out"
  }

  validation {
    condition     = length(var.tags) <= 48 && alltrue([for key, value in var.tags : length(key) >= 1 && length(key) <= 128 && length(value) <= 256 && !startswith(lower(key), "aws:")])
    error_message = "tags has at most 48 keys of 1 to 128 characters that do not begin with aws:, and values of at most 256"
  }
}

variable "permissions_boundary_arn" {
  description = "The policy that bounds every role; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:[^:]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "a permissions boundary is the ARN of a policy, such as arn:aws:iam::123456789012:policy/boundary"
  }
}

variable "kms_key_arn" {
  description = "A key of your own for streams and buckets; its policy has to let this account use it. Null for the keys that AWS manages, as always for the bucket of the generator's page, which CloudFront reads."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "a key is named by its ARN, such as arn:aws:kms:eu-west-1:123456789012:key/….; streams and buckets are never unencrypted"
  }

  # Kinesis and S3 take a key of their own region alone; what is no ARN has been refused above.
  validation {
    condition     = var.kms_key_arn == null ? true : contains(["", data.aws_region.current.name], try(split(":", var.kms_key_arn)[3], ""))
    error_message = "kms_key_arn names a key in ${try(split(":", var.kms_key_arn)[3], "no region")}, and the deployment is in ${data.aws_region.current.name}: name a key of that region, or a replica there of one of several regions"
  }
}

variable "stream_retention_hours" {
  description = "For how many hours streams keep their records: the time there is to repair a failure without loss."
  type        = number
  default     = 24

  validation {
    condition     = var.stream_retention_hours >= 24 && var.stream_retention_hours <= 8760
    error_message = "a stream retains its records for 24 to 8760 hours"
  }
}

variable "log_retention_days" {
  description = "For how many days the functions' logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days"
  }
}

variable "delete_data_of" {
  description = "The pipelines that may go with what their streams and buckets hold. Apply it before you remove or rename anything of them: until then they refuse to go."
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
    error_message = "a bucket is never public: each reader is the ARN of a role, a user or an account, such as arn:aws:iam::123456789012:root"
  }
}

variable "alarms" {
  description = "When there is an alarm, and who is told: email (nobody), an address, which has to confirm; iterator_age_seconds (300), for how long records may wait; quarantined_records (0), how many may be quarantined in five minutes; silence_minutes ({}), by pipeline, how long none may come."
  # An object would drop a member that is misspelt, without a word.
  type     = any
  default  = {}
  nullable = false

  validation {
    condition     = can(keys(var.alarms)) && length(setsubtract(try(keys(var.alarms), []), ["email", "iterator_age_seconds", "quarantined_records", "silence_minutes"])) == 0
    error_message = "alarms has the members email, iterator_age_seconds, quarantined_records and silence_minutes, and no others, such as -var 'alarms={email=\"team@example.com\"}'"
  }

  validation {
    condition     = try(var.alarms.email, null) == null ? true : can(regex("^[^@ ]+@[^@ ]+$", var.alarms.email))
    error_message = "alarms.email is an address, such as team@example.com"
  }

  validation {
    condition = (
      try(var.alarms.iterator_age_seconds >= 1 && floor(var.alarms.iterator_age_seconds) == var.alarms.iterator_age_seconds, try(var.alarms.iterator_age_seconds, null) == null) &&
      try(var.alarms.quarantined_records >= 0 && floor(var.alarms.quarantined_records) == var.alarms.quarantined_records, try(var.alarms.quarantined_records, null) == null)
    )
    error_message = "alarms.iterator_age_seconds is a whole number of seconds, 1 at least, and alarms.quarantined_records one of records, 0 at least"
  }

  validation {
    condition = try(var.alarms.silence_minutes, null) == null ? true : try(alltrue([for minutes in values(var.alarms.silence_minutes) :
      minutes >= 1 && minutes <= 1440 && floor(minutes) == minutes
    ]), false)
    error_message = "alarms.silence_minutes is a whole number of minutes for each pipeline, 1440 at most, such as {orders=60}"
  }

  validation {
    condition     = length(setsubtract(try(keys(var.alarms.silence_minutes), []), keys(local.files))) == 0
    error_message = "alarms.silence_minutes names a pipeline of which there is no file in ${var.pipelines}: ${join(", ", setsubtract(try(keys(var.alarms.silence_minutes), []), keys(local.files)))}"
  }
}

variable "kdg" {
  description = "The Kinesis Data Generator in the browser: enabled (true), whether there is one; users ([]), the addresses of those who are invited; mfa_required (false), whether they need a second factor; delivery_streams ([]), the Firehose delivery streams of this account and region that they may send to; endpoints ([]), the origins that the page may send to beside AWS's own of this region, such as those of VPC endpoints."
  # As above.
  type     = any
  default  = {}
  nullable = false

  validation {
    condition     = can(keys(var.kdg)) && length(setsubtract(try(keys(var.kdg), []), ["enabled", "users", "mfa_required", "delivery_streams", "endpoints"])) == 0
    error_message = "kdg has the members enabled, users, mfa_required, delivery_streams and endpoints, and no others, such as -var 'kdg={users=[\"ada@example.com\"]}'"
  }

  validation {
    condition     = alltrue([for switch in ["enabled", "mfa_required"] : try(var.kdg[switch], null) == null ? true : can(tobool(var.kdg[switch]))])
    error_message = "kdg.enabled and kdg.mfa_required are true or false"
  }

  validation {
    condition     = try(var.kdg.users, null) == null ? true : try(alltrue([for user in var.kdg.users : can(regex("^[^@ ]+@[^@ ]+$", user))]), false)
    error_message = "kdg.users is a list of addresses, such as [\"ada@example.com\"]"
  }

  # The pool does not tell them by their case.
  validation {
    condition     = try(length(distinct([for user in var.kdg.users : lower(user)])) == length(toset(var.kdg.users)), true)
    error_message = "kdg.users has an address twice but for its case, which is one user: ${try(join(", ", [for user in toset(var.kdg.users) : user if length([for other in toset(var.kdg.users) : other if lower(other) == lower(user)]) > 1]), "")}"
  }

  # "CreateDeliveryStream", firehose/latest/APIReference/API_CreateDeliveryStream.html.
  validation {
    condition     = try(var.kdg.delivery_streams, null) == null ? true : try(alltrue([for name in var.kdg.delivery_streams : can(regex("^[a-zA-Z0-9_.-]{1,64}$", name))]), false)
    error_message = "kdg.delivery_streams is a list of whole names of delivery streams, without wildcards, such as [\"orders-to-lake\"]"
  }

  validation {
    condition     = try(var.kdg.endpoints, null) == null ? true : try(alltrue([for origin in var.kdg.endpoints : can(regex("^https://[a-z0-9-]+([.][a-z0-9-]+)+(:[0-9]{1,5})?$", origin))]), false)
    error_message = "kdg.endpoints is a list of origins, each https:// and a whole host in small letters, with a port or without, and no path or wildcard, such as [\"https://kinesis.us-gov-west-1.amazonaws.com\"]"
  }
}

variable "analytics" {
  description = "Tables, saved queries and a workgroup of Athena for pipelines with layout batch: enabled (true), whether there are any; scan_limit_gib (10), how much one query may read; result_days (7), for how many days results are kept; tables_begin_with (2024-01-01), the first day that tables look for."
  # As above.
  type     = any
  default  = {}
  nullable = false

  validation {
    condition     = can(keys(var.analytics)) && length(setsubtract(try(keys(var.analytics), []), ["enabled", "scan_limit_gib", "result_days", "tables_begin_with"])) == 0
    error_message = "analytics has the members enabled, scan_limit_gib, result_days and tables_begin_with, and no others, such as -var 'analytics={scan_limit_gib=100}'"
  }

  validation {
    condition     = try(var.analytics.enabled, null) == null ? true : can(tobool(var.analytics.enabled))
    error_message = "analytics.enabled is true or false"
  }

  validation {
    condition = alltrue([for number in ["scan_limit_gib", "result_days"] :
      try(var.analytics[number], null) == null ? true : try(var.analytics[number] >= 1 && floor(var.analytics[number]) == var.analytics[number], false)
    ])
    error_message = "analytics.scan_limit_gib is a whole number of GiB and analytics.result_days one of days, 1 at least"
  }

  validation {
    condition = try(var.analytics.tables_begin_with, null) == null ? true : (
      can(regex("^20[0-9]{2}-[0-9]{2}-[0-9]{2}$", var.analytics.tables_begin_with)) && can(timeadd("${var.analytics.tables_begin_with}T00:00:00Z", "0s"))
    )
    error_message = "analytics.tables_begin_with is a day, such as 2024-01-01"
  }
}

# What is left out of the three above.
locals {
  alarms = {
    email                = try(var.alarms.email, null)
    iterator_age_seconds = coalesce(try(tonumber(var.alarms.iterator_age_seconds), null), 300)
    quarantined_records  = coalesce(try(tonumber(var.alarms.quarantined_records), null), 0)
    silence_minutes      = try(merge(var.alarms.silence_minutes, {}), {})
  }

  kdg = {
    enabled          = try(tobool(var.kdg.enabled), true) != false
    users            = try(toset([for user in var.kdg.users : tostring(user)]), toset([]))
    mfa_required     = try(tobool(var.kdg.mfa_required), false) == true
    delivery_streams = try(toset([for name in var.kdg.delivery_streams : tostring(name)]), toset([]))
    endpoints        = try(toset([for origin in var.kdg.endpoints : tostring(origin)]), toset([]))
  }

  analytics = {
    enabled           = try(tobool(var.analytics.enabled), true) != false
    scan_limit_gib    = coalesce(try(tonumber(var.analytics.scan_limit_gib), null), 10)
    result_days       = coalesce(try(tonumber(var.analytics.result_days), null), 7)
    tables_begin_with = coalesce(try(tostring(var.analytics.tables_begin_with), null), "2024-01-01")
  }
}

check "leave" {
  assert {
    condition     = length(setsubtract(var.delete_data_of, keys(local.files))) == 0
    error_message = "delete_data_of names a pipeline of which there is no file in ${var.pipelines}: ${join(", ", setsubtract(var.delete_data_of, keys(local.files)))}; when it is not the one that you have just removed, correct the name"
  }
}
