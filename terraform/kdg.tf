# The Kinesis Data Generator: a page for people who have been invited.

locals {
  # China has a Cognito of its own ("IAM JSON policy elements: Principal", IAM/latest/UserGuide).
  cognito = startswith(data.aws_region.current.name, "cn-") ? "cognito-identity.${data.aws_region.current.name}.amazonaws.com.cn" : "cognito-identity.amazonaws.com"
}

module "kdg" {
  source   = "./modules/kdg"
  for_each = toset(var.kdg.enabled ? ["kdg"] : [])

  name                     = "${var.name_prefix}-kdg"
  region                   = data.aws_region.current.name
  dns_suffix               = data.aws_partition.current.dns_suffix
  identity_principal       = local.cognito
  streams                  = { for name in keys(local.pipelines) : name => module.stream[name].name }
  stream_arns              = [for name in sort(keys(local.pipelines)) : module.stream[name].arn]
  users                    = var.kdg.users
  mfa_required             = var.kdg.mfa_required
  kms_key_arn              = var.kms_key_arn
  permissions_boundary_arn = var.permissions_boundary_arn
}
