# Who is told, of what, and the one dashboard.

resource "aws_sns_topic" "alarms" {
  #checkov:skip=CKV_AWS_26:CloudWatch cannot publish to a topic under the key that AWS manages; what is said are names of alarms.
  for_each = toset(local.alarms.email == null ? [] : ["alarms"])

  name = "${var.name_prefix}-${each.key}"
}

data "aws_iam_policy_document" "alarms" {
  for_each = aws_sns_topic.alarms

  statement {
    sid       = "Alarms"
    actions   = ["sns:Publish"]
    resources = [each.value.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [split(":", each.value.arn)[4]]
    }
  }
}

resource "aws_sns_topic_policy" "alarms" {
  for_each = aws_sns_topic.alarms

  arn    = each.value.arn
  policy = data.aws_iam_policy_document.alarms[each.key].json
}

resource "aws_sns_topic_subscription" "alarms" {
  for_each = aws_sns_topic.alarms

  topic_arn = each.value.arn
  protocol  = "email"
  endpoint  = local.alarms.email
}

module "alarms" {
  source   = "./modules/alarms"
  for_each = local.pipelines

  name_prefix          = var.name_prefix
  pipeline             = each.key
  function_name        = module.process[each.key].name
  mapping_id           = module.mapping[each.key].id
  ingest_function_name = try(module.ingest[each.key].name, null)
  topic_arns           = [for topic in aws_sns_topic.alarms : topic.arn]
  iterator_age_seconds = local.alarms.iterator_age_seconds
  quarantined_records  = local.alarms.quarantined_records
  silence_minutes      = lookup(local.alarms.silence_minutes, each.key, null)
}

module "dashboard" {
  source = "./modules/dashboard"

  name   = "${var.name_prefix}-sluice"
  region = data.aws_region.current.name
  pipelines = { for name in keys(local.pipelines) : name => {
    stream   = module.stream[name].name
    function = module.process[name].name
    bucket   = local.buckets[name].name
    ingest   = try(module.ingest[name].name, null)
  } }
}
