# Who may send test records from a browser: users, and the role that they get.

resource "aws_cognito_user_pool" "this" {
  name                     = var.name
  mfa_configuration        = var.mfa_required ? "ON" : "OPTIONAL"
  username_attributes      = ["email"]
  auto_verified_attributes = ["email"]
  deletion_protection      = "INACTIVE"

  username_configuration {
    case_sensitive = false
  }

  admin_create_user_config {
    allow_admin_create_user_only = true

    invite_message_template {
      email_subject = "Your Kinesis Data Generator"
      email_message = "Sign in as {username} with the password {####}; you choose another one then. The page is https://${aws_cloudfront_distribution.this.domain_name}/"
      sms_message   = "Sign in to the Kinesis Data Generator as {username} with {####}"
    }
  }

  password_policy {
    minimum_length                   = 14
    require_lowercase                = true
    require_uppercase                = true
    require_numbers                  = true
    require_symbols                  = true
    temporary_password_validity_days = 3
  }

  software_token_mfa_configuration {
    enabled = true
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }
}

resource "aws_cognito_user_pool_client" "this" {
  name         = "page"
  user_pool_id = aws_cognito_user_pool.this.id

  # A page keeps no secret. The password itself is never sent.
  generate_secret               = false
  explicit_auth_flows           = ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
  prevent_user_existence_errors = "ENABLED"
  enable_token_revocation       = true
  access_token_validity         = 60
  id_token_validity             = 60
  refresh_token_validity        = 12

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "hours"
  }
}

resource "aws_cognito_user" "this" {
  for_each = var.users

  user_pool_id             = aws_cognito_user_pool.this.id
  username                 = each.value
  desired_delivery_mediums = ["EMAIL"]

  attributes = {
    email          = each.value
    email_verified = "true"
  }
}

resource "aws_cognito_identity_pool" "this" {
  identity_pool_name               = var.name
  allow_unauthenticated_identities = false
  allow_classic_flow               = false

  cognito_identity_providers {
    client_id               = aws_cognito_user_pool_client.this.id
    provider_name           = aws_cognito_user_pool.this.endpoint
    server_side_token_check = true
  }
}

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "SignedIn"
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [var.identity_principal]
    }

    condition {
      test     = "StringEquals"
      variable = "${var.identity_principal}:aud"
      values   = [aws_cognito_identity_pool.this.id]
    }

    condition {
      test     = "ForAnyValue:StringLike"
      variable = "${var.identity_principal}:amr"
      values   = ["authenticated"]
    }
  }
}

data "aws_iam_policy_document" "send" {
  statement {
    sid       = "Send"
    actions   = ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:ListShards", "kinesis:PutRecord", "kinesis:PutRecords"]
    resources = var.stream_arns
  }

  # AWS scopes no listing to a resource: users see the names of all, and send to those that are named.
  statement {
    sid       = "List"
    actions   = ["kinesis:ListStreams"]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = local.has_firehose ? ["*"] : []

    content {
      sid       = "ListDelivery"
      actions   = ["firehose:ListDeliveryStreams"]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = local.has_firehose ? [var.delivery_stream_arns] : []

    content {
      sid       = "Deliver"
      actions   = ["firehose:DescribeDeliveryStream", "firehose:PutRecordBatch"]
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "Key"
      actions   = ["kms:GenerateDataKey"]
      resources = [statement.value]
    }
  }
}

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = "What users of the Kinesis Data Generator may do."
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_iam_role_policy" "this" {
  name   = "send"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.send.json
}

resource "aws_cognito_identity_pool_roles_attachment" "this" {
  identity_pool_id = aws_cognito_identity_pool.this.id
  roles            = { authenticated = aws_iam_role.this.arn }
}
