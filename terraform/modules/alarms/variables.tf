variable "name_prefix" {
  description = "The deployment's prefix."
  type        = string
}

variable "pipeline" {
  description = "The pipeline's name, the dimension of its own metrics."
  type        = string
}

variable "function_name" {
  description = "The function that processes the stream."
  type        = string
}

variable "mapping_id" {
  description = "The id of the event source mapping."
  type        = string
}

variable "ingest_function_name" {
  description = "The function that feeds the stream; null when there is none."
  type        = string
  default     = null
}

variable "topic_arns" {
  description = "Who is told when an alarm starts and ends."
  type        = list(string)
  default     = []
}

variable "iterator_age_seconds" {
  description = "How long records may wait in the stream."
  type        = number
  default     = 300
}

variable "quarantined_records" {
  description = "How many records may be quarantined in five minutes."
  type        = number
  default     = 0
}

variable "silence_minutes" {
  description = "After how many minutes without a record there is an alarm; null for never."
  type        = number
  default     = null

  validation {
    condition     = var.silence_minutes == null ? true : var.silence_minutes >= 1 && var.silence_minutes <= 1440 && floor(var.silence_minutes) == var.silence_minutes
    error_message = "silence is a whole number of minutes, 1440 at most, which is as far as an alarm looks back"
  }
}
