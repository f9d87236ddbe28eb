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

variable "delivery_stream_arns" {
  description = "The Firehose delivery streams that users may describe and send to."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.delivery_stream_arns : can(regex("^arn:[^:]+:firehose:[^:*?]+:[0-9]{12}:deliverystream/[a-zA-Z0-9_.-]{1,64}$", arn))])
    error_message = "users send to delivery streams that are named, without wildcards, such as arn:aws:firehose:eu-west-1:123456789012:deliverystream/orders-to-lake"
  }
}

variable "endpoints" {
  description = "The origins that the page may send to beside AWS's own of this region, such as those of VPC endpoints."
  type        = set(string)
  default     = []
  nullable    = false

  # What is more than an origin could end the policy that it is written into, or widen it.
  validation {
    condition     = alltrue([for origin in var.endpoints : can(regex("^https://[a-z0-9-]+([.][a-z0-9-]+)+(:[0-9]{1,5})?$", origin))])
    error_message = "an endpoint is https:// and a whole host in small letters, with a port or without, and no path or wildcard, such as https://kinesis.us-gov-west-1.amazonaws.com"
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
