variable "name" {
  description = "The name of the pools, the role and the distribution's parts, with the deployment's prefix."
  type        = string
}

variable "region" {
  description = "Where the pools and the streams are."
  type        = string
}

variable "dns_suffix" {
  description = "What the names of the services end with in this partition."
  type        = string
}

variable "identity_principal" {
  description = "The service that vouches for users, as this partition calls it."
  type        = string
  default     = "cognito-identity.amazonaws.com"
}

variable "streams" {
  description = "What the page offers: each pipeline's stream."
  type        = map(string)
}

variable "stream_arns" {
  description = "The streams that users may describe and send to."
  type        = list(string)

  validation {
    condition     = length(var.stream_arns) > 0 && alltrue([for arn in var.stream_arns : !strcontains(arn, "*")])
    error_message = "users send to streams that are named, one at least: without a pipeline leave the KDG out"
  }
}

variable "users" {
  description = "The addresses of those who are invited."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for user in var.users : can(regex("^[^@ ]+@[^@ ]+$", user))])
    error_message = "a user is an address, such as ada@example.com"
  }
}

variable "mfa_required" {
  description = "Whether users need a second factor, instead of being offered one."
  type        = bool
  default     = false
}

variable "kms_key_arn" {
  description = "The key of the streams; null for the one that AWS manages."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "The policy that bounds the role; null for none."
  type        = string
  default     = null
}
