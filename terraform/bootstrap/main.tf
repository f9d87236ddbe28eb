# Applied once by a person: the bucket of the state, and the two roles that GitHub Actions gets without a key.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name
  issuer    = "token.actions.githubusercontent.com"
  state_key = "${var.name_prefix}/terraform.tfstate"
  plan_key  = "${var.name_prefix}/plan.key"

  # No deployment has a prefix that begins so.
  own_state_key = "terraform-bootstrap/terraform.tfstate"

  # What begins otherwise than with the prefix is out of reach for what is deployed.
  names = {
    state    = "terraform-state-${var.name_prefix}-${local.account}"
    plan     = "terraform-plan-${var.name_prefix}"
    deploy   = "terraform-deploy-${var.name_prefix}"
    boundary = "terraform-boundary-${var.name_prefix}"
  }

  # Who may become which role: the subjects of GitHub's tokens, whole.
  roles = {
    plan   = var.plan_subjects
    deploy = var.deploy_subjects
  }
}

module "state" {
  source = "../modules/bucket"

  name             = local.names.state
  how_to_delete    = "a change of delete_data in terraform/bootstrap/main.tf"
  old_version_days = 365
  kms_key_arn      = var.kms_key_arn
}

resource "aws_iam_openid_connect_provider" "github" {
  for_each = toset(var.oidc_provider_arn == null ? ["github"] : [])

  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_policy_document" "trust" {
  for_each = local.roles

  statement {
    sid     = "GitHub"
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [coalesce(var.oidc_provider_arn, one([for provider in aws_iam_openid_connect_provider.github : provider.arn]))]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = each.value
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = local.roles

  name                 = local.names[each.key]
  description          = each.key == "plan" ? "Reads, to plan what a pull request would change." : "Applies a plan that somebody has approved."
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  max_session_duration = 3600
}

resource "aws_iam_policy" "this" {
  for_each = data.aws_iam_policy_document.area

  name        = "terraform-${replace(each.key, "/", "-")}-${var.name_prefix}"
  description = "What Terraform may do with ${split("/", each.key)[1]} when it has the role ${split("/", each.key)[0]}."
  policy      = each.value.json

  lifecycle {
    precondition {
      condition     = length(replace(each.value.json, "/\\s/", "")) <= local.longest_policy
      error_message = "the policy of ${each.key} is longer than the ${local.longest_policy} characters that IAM takes: split the area in permissions.tf"
    }
  }
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = aws_iam_policy.this

  role       = aws_iam_role.this[split("/", each.key)[0]].name
  policy_arn = each.value.arn
}

# A plan that waits for an approval is a file of GitHub's, for whoever reads the repository, and has the whole state
# in it: it is sealed with this, which those may read who may read the state.
resource "terraform_data" "plan_key" {
  input = sensitive("${uuid()}${uuid()}")

  lifecycle {
    ignore_changes = [input]
  }
}

resource "aws_s3_object" "plan_key" {
  #checkov:skip=CKV_AWS_186:The bucket decides how its objects are encrypted, with var.kms_key_arn where there is one.
  bucket  = module.state.name
  key     = local.plan_key
  content = sensitive(terraform_data.plan_key.output)
}

# The state: both roles read it, one writes it and holds its lock.
data "aws_iam_policy_document" "state" {
  for_each = local.roles

  statement {
    sid       = "List"
    actions   = ["s3:ListBucket"]
    resources = [module.state.arn]
  }

  statement {
    sid       = "Read"
    actions   = ["s3:GetObject"]
    resources = [for key in [local.state_key, local.plan_key] : "${module.state.arn}/${key}"]
  }

  dynamic "statement" {
    for_each = each.key == "deploy" ? ["deploy"] : []

    content {
      sid       = "Write"
      actions   = ["s3:PutObject"]
      resources = ["${module.state.arn}/${local.state_key}"]
    }
  }

  dynamic "statement" {
    for_each = each.key == "deploy" ? ["deploy"] : []

    content {
      sid       = "Lock"
      actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      resources = ["${module.state.arn}/${local.state_key}.tflock"]
    }
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "Key"
      actions   = each.key == "deploy" ? ["kms:Decrypt", "kms:GenerateDataKey"] : ["kms:Decrypt"]
      resources = [statement.value]
    }
  }
}

resource "aws_iam_role_policy" "state" {
  for_each = local.roles

  name   = "state"
  role   = aws_iam_role.this[each.key].id
  policy = data.aws_iam_policy_document.state[each.key].json
}
