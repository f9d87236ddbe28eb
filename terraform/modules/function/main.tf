# A function with a role of its own, which may write its log and do what its policy says, nothing else.

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "Lambda"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "log" {
  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
  }
}

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = var.description
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_iam_role_policy" "log" {
  name   = "log"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.log.json
}

resource "aws_iam_role_policy" "work" {
  name   = "work"
  role   = aws_iam_role.this.id
  policy = var.policy_json
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:A line has counts and no payload; CloudWatch encrypts it with a key of its own.
  #checkov:skip=CKV_AWS_338:How long lines of counts are kept is var.log_retention_days.
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_50:Tracing needs resource `*`; each batch logs its own duration and latency.
  #checkov:skip=CKV_AWS_115:Concurrency is bounded by the shards of the stream, or by the schedule.
  #checkov:skip=CKV_AWS_116:A stream's mapping has its own failure destination; the event of a schedule holds nothing to keep.
  #checkov:skip=CKV_AWS_117:It reaches AWS's own endpoints and a public API, so a private network would add only a NAT gateway.
  #checkov:skip=CKV_AWS_173:The variables hold a pipeline's file and names, no secret.
  #checkov:skip=CKV_AWS_272:Who may change the package is decided by the role that deploys; signing needs a profile of the account's own.
  function_name    = var.name
  description      = var.description
  role             = aws_iam_role.this.arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.package.architecture]
  filename         = var.package.path
  source_code_hash = var.package.sha256
  timeout          = var.timeout
  memory_size      = var.memory_mib

  environment {
    variables = var.environment
  }

  # Otherwise Lambda makes the group itself, without an end to its retention.
  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.log, aws_iam_role_policy.work]
}
