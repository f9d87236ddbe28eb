# The Kinesis Data Generator: a page for people who have been invited.

data "aws_caller_identity" "current" {}

module "kdg" {
  source   = "./modules/kdg"
  for_each = toset(local.kdg.enabled ? ["kdg"] : [])

  name                     = "${var.name_prefix}-kdg"
  region                   = data.aws_region.current.name
  dns_suffix               = data.aws_partition.current.dns_suffix
  streams                  = { for name in keys(local.pipelines) : name => module.stream[name].name }
  stream_arns              = [for name in sort(keys(local.pipelines)) : module.stream[name].arn]
  delivery_stream_arns     = [for name in sort(local.kdg.delivery_streams) : "arn:${data.aws_partition.current.partition}:firehose:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:deliverystream/${name}"]
  endpoints                = local.kdg.endpoints
  users                    = local.kdg.users
  mfa_required             = local.kdg.mfa_required
  kms_key_arn              = var.kms_key_arn
  permissions_boundary_arn = var.permissions_boundary_arn
}
