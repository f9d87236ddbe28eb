variable "stream_arn" {
  description = "The stream that is read."
  type        = string
}

variable "function_arn" {
  description = "The function that gets its records."
  type        = string
}

variable "failure_destination_arn" {
  description = "The bucket that gets batches that are given up, below aws/lambda/."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[^:]+:s3:::.+$", var.failure_destination_arn))
    error_message = "a mapping needs a failure destination, or what is given up is lost: name a bucket by its ARN, which keeps the records themselves"
  }
}

variable "source_settings" {
  description = "How batches are cut and repeated."
  type = object({
    batch_size                         = number
    maximum_batching_window_in_seconds = number
    parallelization_factor             = number
    maximum_retry_attempts             = number
    maximum_record_age_in_seconds      = number
    bisect_batch_on_function_error     = bool
  })
  nullable = false

  validation {
    condition     = var.source_settings.batch_size >= 1 && var.source_settings.batch_size <= 10000
    error_message = "process.source.batch_size is from 1 to 10000"
  }

  validation {
    condition     = var.source_settings.maximum_batching_window_in_seconds >= 0 && var.source_settings.maximum_batching_window_in_seconds <= 300
    error_message = "process.source.maximum_batching_window_in_seconds is from 0 to 300"
  }

  validation {
    condition     = var.source_settings.parallelization_factor >= 1 && var.source_settings.parallelization_factor <= 10
    error_message = "process.source.parallelization_factor is from 1 to 10"
  }

  validation {
    condition     = try(var.source_settings.maximum_retry_attempts >= 0 && var.source_settings.maximum_retry_attempts <= 10000, false)
    error_message = "process.source.maximum_retry_attempts is from 0 to 10000: a batch that is repeated for ever blocks its shard"
  }

  validation {
    condition     = try(var.source_settings.maximum_record_age_in_seconds >= 60 && var.source_settings.maximum_record_age_in_seconds <= 604800, false)
    error_message = "process.source.maximum_record_age_in_seconds is from 60 to 604800: a record that is repeated for ever blocks its shard"
  }
}
