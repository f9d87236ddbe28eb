variable "name" {
  description = "The function's name, with the deployment's prefix; its role has the same."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,64}$", var.name))
    error_message = "a function's name has at most 64 letters, digits, `_` and `-`, the prefix included; choose a shorter name_prefix or function"
  }
}

variable "description" {
  description = "What the function is for."
  type        = string
}

variable "package" {
  description = "The finished zip: its path, its SHA-256 in base64, and the processor that it was built for."
  type = object({
    path         = string
    sha256       = string
    architecture = string
  })

  validation {
    condition     = contains(["arm64", "x86_64"], var.package.architecture)
    error_message = "a function runs on arm64 or x86_64"
  }
}

variable "environment" {
  description = "The variables that the function reads, of 4096 bytes in all."
  type        = map(string)
}

variable "policy_json" {
  description = "What the function may do beside writing its log."
  type        = string
}

variable "timeout" {
  description = "How many seconds one invocation may take."
  type        = number

  validation {
    condition     = var.timeout >= 1 && var.timeout <= 900
    error_message = "timeout_seconds is from 1 to 900"
  }
}

variable "memory_mib" {
  description = "Its memory in MiB, which also decides how much processor time it gets."
  type        = number

  validation {
    condition     = var.memory_mib >= 128 && var.memory_mib <= 10240
    error_message = "memory_mib is from 128 to 10240"
  }
}

variable "log_retention_days" {
  description = "For how many days its log is kept."
  type        = number
  default     = 30
}

variable "permissions_boundary_arn" {
  description = "The policy that bounds the role; null for none."
  type        = string
  default     = null
}
