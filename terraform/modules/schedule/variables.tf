variable "name" {
  description = "The rule's name, with the deployment's prefix."
  type        = string
}

variable "expression" {
  description = "When it runs: rate(…) or cron(…), in UTC."
  type        = string

  validation {
    condition     = can(regex("^(rate|cron)\\(.+\\)$", var.expression))
    error_message = "ingest.schedule is rate(1 minute) or cron(0 10 ? * MON-FRI *), in EventBridge's own forms"
  }
}

variable "function_name" {
  description = "The function that runs."
  type        = string
}

variable "function_arn" {
  description = "Its ARN."
  type        = string
}
