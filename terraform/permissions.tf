# What each function may do beside writing its log: to the very stream, and below the very folders, of its pipeline.

data "aws_iam_policy_document" "process" {
  for_each = local.pipelines

  statement {
    sid       = "ReadStream"
    actions   = ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"]
    resources = [module.stream[each.key].arn]
  }

  # GetObject is for a key that is taken: who holds it decides.
  statement {
    sid       = "Store"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = [for folder in distinct([each.value.folder, "quarantine/${each.key}/"]) : "${local.buckets[each.key].arn}/${folder}*"]
  }

  # Lambda writes what it gives up with this role, and looks at the bucket first.
  statement {
    sid       = "GiveUp"
    actions   = ["s3:PutObject"]
    resources = ["${local.buckets[each.key].arn}/aws/lambda/*"]
  }

  statement {
    sid       = "LookAtBucket"
    actions   = ["s3:ListBucket"]
    resources = [local.buckets[each.key].arn]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "Key"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]
    }
  }
}

data "aws_iam_policy_document" "ingest" {
  for_each = local.ingests

  statement {
    sid       = "Send"
    actions   = ["kinesis:PutRecords"]
    resources = [module.stream[each.key].arn]
  }

  statement {
    sid       = "Keep"
    actions   = ["s3:PutObject"]
    resources = ["${local.buckets[each.key].arn}/quarantine/${each.key}/*"]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "Key"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]
    }
  }
}
