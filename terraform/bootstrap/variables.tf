variable "name_prefix" {
  description = "The prefix of the deployment, as it is given to the root module. What begins with it and a hyphen is taken for the deployment's, and the role that deploys may change it, unless its tag Deployment says another's; a role, only if its tag says this one's. Buckets, and the roles that functions are given, are told by their names alone: which of these are not the deployment's, names_of_others has to say."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name_prefix)) && length(var.name_prefix) <= 20
    error_message = "name_prefix has at most 20 lower-case letters, digits and hyphens between them, such as acme-live."
  }

  # So begins what this folder itself makes, and what AWS and its tools name.
  validation {
    condition     = !contains(["terraform", "amazon", "amplify", "amzn", "aws", "cdk", "cf", "codebuild", "codepipeline", "config", "elasticbeanstalk", "eksctl", "sagemaker", "stacksets"], split("-", var.name_prefix)[0])
    error_message = "name_prefix ${var.name_prefix} would let the deployment change what Terraform, AWS or its tools have made under names that begin so: choose one of your own, such as acme or acme-live"
  }
}

variable "names_of_others" {
  description = "How names begin that begin with the prefix and are not this deployment's, such as acme-live where that is another deployment, or acme-admin where the account has such a role. No role of this deployment reaches a bucket, role, stream, function, log, schedule or alarm that is called so. To be applied before such a deployment is made."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.names_of_others : startswith(name, "${var.name_prefix}-") && can(regex("^[A-Za-z0-9_.-]+[A-Za-z0-9]$", name))])
    error_message = "each of names_of_others begins with name_prefix and a hyphen and has no wildcard, such as ${var.name_prefix}-live; names that begin otherwise are out of reach anyway"
  }
}

variable "may_delete_data" {
  description = "Whether the role that deploys may delete what pipelines have stored: without it a destroy with delete_data_of is for a person."
  type        = bool
  default     = false
  nullable    = false
}

variable "plan_subjects" {
  description = "The subjects of GitHub's tokens that may plan, whole as the repository's OIDC settings show them: of pull requests, and of the main branch for what is deployed and for drift. Their role reads settings and the state, and lists the keys of the objects that pipelines have stored; what is in these it does not read."
  type        = list(string)

  validation {
    condition     = length(var.plan_subjects) > 0 && alltrue([for subject in var.plan_subjects : can(regex("^repo:[^*?]+$", subject))])
    error_message = "A subject is whole, without wildcards, such as repo:acme/lake:pull_request."
  }

  # A token of an environment is the deployer's.
  validation {
    condition     = alltrue([for subject in var.plan_subjects : !strcontains(subject, ":environment:")])
    error_message = "plan_subjects names an environment, whose approvals are for deploy_subjects: plans are for repo:OWNER/NAME:pull_request and repo:OWNER/NAME:ref:refs/heads/main"
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

  validation {
    condition     = var.oidc_provider_arn == null ? true : can(regex("^arn:[^:]+:iam::[0-9]{12}:oidc-provider/token\\.actions\\.githubusercontent\\.com$", var.oidc_provider_arn))
    error_message = "oidc_provider_arn is the ARN of the account's provider of GitHub, such as arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
  }
}

variable "kms_key_arn" {
  description = "The key of the deployment and of the state; null for those that AWS manages."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/[^*?]+$", var.kms_key_arn))
    error_message = "kms_key_arn is the ARN of a key, such as arn:aws:kms:eu-west-1:123456789012:key/…, without wildcards"
  }
}

variable "existing_buckets" {
  description = "Buckets of pipelines with existing_bucket, which have no prefix."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for bucket in var.existing_buckets : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", bucket)) && !startswith(bucket, "terraform-")])
    error_message = "each of existing_buckets is the whole name of a bucket, without wildcards, and never that of a state"
  }
}

variable "delivery_streams" {
  description = "Firehose delivery streams that users of the generator's page may send to, as in the deployment's kdg.delivery_streams."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.delivery_streams : can(regex("^[a-zA-Z0-9_.-]{1,64}$", name))])
    error_message = "each of delivery_streams is the whole name of a delivery stream, without wildcards"
  }
}
