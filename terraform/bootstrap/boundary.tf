# What bounds the roles: the most that one of the deployment may ever do, and what is not the deployment's at all.

locals {
  # Whatever is called so, in each service that the roles reach by a name.
  of_others = flatten([for name in var.names_of_others : [
    "arn:${local.partition}:cloudwatch:${local.in_region}:alarm:${name}*",
    "arn:${local.partition}:events:${local.in_region}:rule/${name}*",
    "arn:${local.partition}:iam::${local.account}:role/${name}*",
    "arn:${local.partition}:kinesis:${local.in_region}:stream/${name}*",
    "arn:${local.partition}:lambda:${local.in_region}:function:${name}*",
    "arn:${local.partition}:logs:${local.in_region}:log-group:/aws/lambda/${name}*",
    "arn:${local.partition}:s3:::${name}*",
  ]])

  # The most that IAM takes of a policy, without its white space ("IAM and AWS STS quotas", IAM/latest/UserGuide).
  longest_policy = 6144
}

# The most that a role of a deployment may ever do; what it does is decided by its own policy.
data "aws_iam_policy_document" "boundary" {
  statement {
    sid       = "Streams"
    actions   = ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards", "kinesis:PutRecord", "kinesis:PutRecords"]
    resources = ["arn:${local.partition}:kinesis:${local.in_region}:stream/${var.name_prefix}-*"]

    # Never another deployment's.
    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:ResourceTag/Deployment"
      values   = [var.name_prefix]
    }
  }

  # The generator's page fills its lists with these, which AWS scopes to no resource.
  statement {
    sid       = "Lists"
    actions   = ["firehose:ListDeliveryStreams", "kinesis:ListStreams"]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = length(var.delivery_streams) == 0 ? [] : [var.delivery_streams]

    content {
      sid       = "DeliveryStreams"
      actions   = ["firehose:DescribeDeliveryStream", "firehose:PutRecordBatch"]
      resources = [for name in statement.value : "arn:${local.partition}:firehose:${local.in_region}:deliverystream/${name}"]
    }
  }

  statement {
    sid       = "Objects"
    actions   = ["s3:GetObject", "s3:ListBucket", "s3:PutObject"]
    resources = concat(["arn:${local.partition}:s3:::${var.name_prefix}-*"], flatten([for bucket in var.existing_buckets : ["arn:${local.partition}:s3:::${bucket}", "arn:${local.partition}:s3:::${bucket}/*"]]))
  }

  statement {
    sid       = "Logs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["arn:${local.partition}:logs:${local.in_region}:log-group:/aws/lambda/${var.name_prefix}-*"]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "Key"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = length(local.of_others) == 0 ? [] : [local.of_others]

    content {
      sid       = "NotOurs"
      effect    = "Deny"
      actions   = ["*"]
      resources = statement.value
    }
  }
}

resource "aws_iam_policy" "boundary" {
  name        = local.names.boundary
  description = "Bounds every role of the deployment ${var.name_prefix}."
  policy      = data.aws_iam_policy_document.boundary.json

  lifecycle {
    precondition {
      condition     = length(replace(data.aws_iam_policy_document.boundary.json, "/\\s/", "")) <= local.longest_policy
      error_message = "the boundary is longer than the ${local.longest_policy} characters that IAM takes of a policy: name fewer in delivery_streams, existing_buckets or names_of_others"
    }
  }
}

# The same for the roles that plan and deploy: a Deny is stronger than whatever else they are allowed.
data "aws_iam_policy_document" "others" {
  for_each = length(local.of_others) == 0 ? {} : local.roles

  statement {
    sid       = "NotOurs"
    effect    = "Deny"
    actions   = ["*"]
    resources = local.of_others
  }
}

resource "aws_iam_role_policy" "others" {
  for_each = data.aws_iam_policy_document.others

  name   = "others"
  role   = aws_iam_role.this[each.key].id
  policy = each.value.json
}
