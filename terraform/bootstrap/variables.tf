variable "name_prefix" {
  description = "The prefix of the deployment, as it is given to the root module."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name_prefix)) && length(var.name_prefix) <= 20
    error_message = "name_prefix has at most 20 lower-case letters, digits and hyphens between them, such as acme-live."
  }
}

variable "plan_subjects" {
  description = "The subjects of GitHub's tokens that may plan, whole as the repository's OIDC settings show them: of pull requests, and of the main branch for the nightly plan."
  type        = list(string)

  validation {
    condition     = length(var.plan_subjects) > 0 && alltrue([for subject in var.plan_subjects : can(regex("^repo:[^*?]+$", subject))])
    error_message = "A subject is whole, without wildcards, such as repo:acme/lake:pull_request."
  }
}

variable "deploy_subjects" {
  description = "The subject that may deploy: of the environment with its approvals, such as repo:acme/lake:environment:live."
  type        = list(string)

  validation {
    condition     = length(var.deploy_subjects) > 0 && alltrue([for subject in var.deploy_subjects : can(regex("^repo:[^*?]+:environment:[^*?:]+$", subject))])
    error_message = "Only an environment may deploy, because it asks for approval: repo:OWNER/NAME:environment:ENVIRONMENT, without wildcards."
  }
}

variable "oidc_provider_arn" {
  description = "GitHub's provider where the account has one already; null to make it."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "The key of the deployment and of the state; null for those that AWS manages."
  type        = string
  default     = null
}

variable "existing_buckets" {
  description = "Buckets of pipelines with existing_bucket, which have no prefix."
  type        = list(string)
  default     = []
}
