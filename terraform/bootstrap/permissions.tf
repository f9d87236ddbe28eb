# What Terraform does in AWS, area by area: `read` for both roles, `write` for the one that deploys.
# Everything is confined to names that begin with the deployment's prefix, or to its tag.

locals {
  in_region = "${local.region}:${local.account}"

  # A role that is made has the boundary, so that whoever deploys cannot give away more than it allows.
  bounded = [{ test = "StringEquals", variable = "iam:PermissionsBoundary", values = [aws_iam_policy.boundary.arn] }]
  tagged  = [{ test = "StringEquals", variable = "aws:ResourceTag/Deployment", values = [var.name_prefix] }]
  tagging = [{ test = "StringEquals", variable = "aws:RequestTag/Deployment", values = [var.name_prefix] }]

  areas = {
    data = [
      {
        sid       = "Streams"
        read      = ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:ListTagsForStream", "kinesis:ListTagsForResource"]
        write     = ["kinesis:AddTagsToStream", "kinesis:CreateStream", "kinesis:DecreaseStreamRetentionPeriod", "kinesis:DeleteStream", "kinesis:DisableEnhancedMonitoring", "kinesis:EnableEnhancedMonitoring", "kinesis:IncreaseStreamRetentionPeriod", "kinesis:RemoveTagsFromStream", "kinesis:StartStreamEncryption", "kinesis:StopStreamEncryption", "kinesis:TagResource", "kinesis:UntagResource", "kinesis:UpdateShardCount", "kinesis:UpdateStreamMode"]
        resources = ["arn:${local.partition}:kinesis:${local.in_region}:stream/${var.name_prefix}-*"]
        when      = []
      },
      {
        # AWS scopes the account's limits to no resource.
        sid       = "Limits"
        read      = ["kinesis:DescribeLimits"]
        write     = []
        resources = ["*"]
        when      = []
      },
      {
        sid       = "Buckets"
        read      = ["s3:GetAccelerateConfiguration", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLocation", "s3:GetBucketLogging", "s3:GetBucketObjectLockConfiguration", "s3:GetBucketOwnershipControls", "s3:GetBucketPolicy", "s3:GetBucketPublicAccessBlock", "s3:GetBucketRequestPayment", "s3:GetBucketTagging", "s3:GetBucketVersioning", "s3:GetBucketWebsite", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration", "s3:ListBucket"]
        write     = ["s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration"]
        resources = ["arn:${local.partition}:s3:::${var.name_prefix}-*"]
        when      = []
      },
      {
        # What pipelines have stored can be read and deleted by neither role.
        sid       = "Page"
        read      = ["s3:GetObject", "s3:GetObjectTagging"]
        write     = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectTagging"]
        resources = ["arn:${local.partition}:s3:::${var.name_prefix}-kdg-page/*"]
        when      = []
      },
    ]
    compute = [
      {
        sid       = "Functions"
        read      = ["lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionConfiguration", "lambda:GetFunctionEventInvokeConfig", "lambda:GetPolicy", "lambda:ListTags", "lambda:ListVersionsByFunction"]
        write     = ["lambda:AddPermission", "lambda:CreateFunction", "lambda:DeleteFunction", "lambda:DeleteFunctionEventInvokeConfig", "lambda:PutFunctionEventInvokeConfig", "lambda:RemovePermission", "lambda:TagResource", "lambda:UntagResource", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:UpdateFunctionEventInvokeConfig"]
        resources = ["arn:${local.partition}:lambda:${local.in_region}:function:${var.name_prefix}-*"]
        when      = []
      },
      {
        sid       = "Mappings"
        read      = ["lambda:GetEventSourceMapping", "lambda:ListTags"]
        write     = ["lambda:DeleteEventSourceMapping", "lambda:TagResource", "lambda:UntagResource", "lambda:UpdateEventSourceMapping"]
        resources = ["arn:${local.partition}:lambda:${local.in_region}:event-source-mapping:*"]
        when      = []
      },
      {
        # A mapping has no name before it is made; the function that it is for has.
        sid       = "NewMappings"
        read      = []
        write     = ["lambda:CreateEventSourceMapping"]
        resources = ["*"]
        when      = [{ test = "ArnLike", variable = "lambda:FunctionArn", values = ["arn:${local.partition}:lambda:${local.in_region}:function:${var.name_prefix}-*"] }]
      },
      {
        sid       = "Roles"
        read      = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies"]
        write     = ["iam:DeleteRole", "iam:DeleteRolePolicy", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"]
        resources = ["arn:${local.partition}:iam::${local.account}:role/${var.name_prefix}-*"]
        when      = []
      },
      {
        sid       = "BoundedRoles"
        read      = []
        write     = ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
        resources = ["arn:${local.partition}:iam::${local.account}:role/${var.name_prefix}-*"]
        when      = local.bounded
      },
      {
        sid       = "PassRoles"
        read      = []
        write     = ["iam:PassRole"]
        resources = ["arn:${local.partition}:iam::${local.account}:role/${var.name_prefix}-*"]
        when      = [{ test = "StringEquals", variable = "iam:PassedToService", values = ["lambda.amazonaws.com", "cognito-identity.amazonaws.com"] }]
      },
      {
        sid       = "Logs"
        read      = ["logs:ListTagsForResource"]
        write     = ["logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteRetentionPolicy", "logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource"]
        resources = [for end in ["", ":*"] : "arn:${local.partition}:logs:${local.in_region}:log-group:/aws/lambda/${var.name_prefix}-*${end}"]
        when      = []
      },
      {
        sid       = "FindLogs"
        read      = ["logs:DescribeLogGroups"]
        write     = []
        resources = ["arn:${local.partition}:logs:${local.in_region}:log-group:*"]
        when      = []
      },
      {
        sid       = "Schedules"
        read      = ["events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"]
        write     = ["events:DeleteRule", "events:PutRule", "events:PutTargets", "events:RemoveTargets", "events:TagResource", "events:UntagResource"]
        resources = ["arn:${local.partition}:events:${local.in_region}:rule/${var.name_prefix}-*"]
        when      = []
      },
    ]
    watch = [
      {
        sid       = "Alarms"
        read      = ["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"]
        write     = ["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource"]
        resources = ["arn:${local.partition}:cloudwatch:${local.in_region}:alarm:${var.name_prefix}-*"]
        when      = []
      },
      {
        sid       = "Dashboards"
        read      = ["cloudwatch:GetDashboard"]
        write     = ["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"]
        resources = ["arn:${local.partition}:cloudwatch::${local.account}:dashboard/${var.name_prefix}-*"]
        when      = []
      },
      {
        sid       = "Topics"
        read      = ["sns:GetTopicAttributes", "sns:ListTagsForResource"]
        write     = ["sns:CreateTopic", "sns:DeleteTopic", "sns:SetTopicAttributes", "sns:Subscribe", "sns:TagResource", "sns:UntagResource"]
        resources = ["arn:${local.partition}:sns:${local.in_region}:${var.name_prefix}-*"]
        when      = []
      },
      {
        # AWS scopes a subscription to no resource.
        sid       = "Subscriptions"
        read      = ["sns:GetSubscriptionAttributes"]
        write     = ["sns:SetSubscriptionAttributes", "sns:Unsubscribe"]
        resources = ["*"]
        when      = []
      },
    ]
    people = [
      {
        sid       = "Users"
        read      = ["cognito-idp:AdminGetUser", "cognito-idp:DescribeUserPool", "cognito-idp:DescribeUserPoolClient", "cognito-idp:GetUserPoolMfaConfig", "cognito-idp:ListTagsForResource"]
        write     = ["cognito-idp:AdminCreateUser", "cognito-idp:AdminDeleteUser", "cognito-idp:AdminUpdateUserAttributes", "cognito-idp:CreateUserPoolClient", "cognito-idp:DeleteUserPool", "cognito-idp:DeleteUserPoolClient", "cognito-idp:SetUserPoolMfaConfig", "cognito-idp:TagResource", "cognito-idp:UntagResource", "cognito-idp:UpdateUserPool", "cognito-idp:UpdateUserPoolClient"]
        resources = ["arn:${local.partition}:cognito-idp:${local.in_region}:userpool/*"]
        when      = local.tagged
      },
      {
        sid       = "Identities"
        read      = ["cognito-identity:DescribeIdentityPool", "cognito-identity:GetIdentityPoolRoles", "cognito-identity:ListTagsForResource"]
        write     = ["cognito-identity:DeleteIdentityPool", "cognito-identity:SetIdentityPoolRoles", "cognito-identity:TagResource", "cognito-identity:UntagResource", "cognito-identity:UpdateIdentityPool"]
        resources = ["arn:${local.partition}:cognito-identity:${local.in_region}:identitypool/*"]
        when      = local.tagged
      },
      {
        # Pools get their ids when they are made.
        sid       = "NewPools"
        read      = []
        write     = ["cognito-identity:CreateIdentityPool", "cognito-idp:CreateUserPool"]
        resources = ["*"]
        when      = local.tagging
      },
      {
        sid       = "Distributions"
        read      = ["cloudfront:GetDistribution", "cloudfront:ListTagsForResource"]
        write     = ["cloudfront:CreateInvalidation", "cloudfront:DeleteDistribution", "cloudfront:TagResource", "cloudfront:UntagResource", "cloudfront:UpdateDistribution"]
        resources = ["arn:${local.partition}:cloudfront::${local.account}:distribution/*"]
        when      = local.tagged
      },
      {
        sid       = "NewDistributions"
        read      = []
        write     = ["cloudfront:CreateDistribution", "cloudfront:TagResource"]
        resources = ["arn:${local.partition}:cloudfront::${local.account}:distribution/*"]
        when      = local.tagging
      },
      {
        # These two have neither names in their ARNs nor tags.
        sid       = "PartsOfDistributions"
        read      = ["cloudfront:GetOriginAccessControl", "cloudfront:GetResponseHeadersPolicy"]
        write     = ["cloudfront:CreateOriginAccessControl", "cloudfront:CreateResponseHeadersPolicy", "cloudfront:DeleteOriginAccessControl", "cloudfront:DeleteResponseHeadersPolicy", "cloudfront:UpdateOriginAccessControl", "cloudfront:UpdateResponseHeadersPolicy"]
        resources = [for part in ["origin-access-control", "response-headers-policy"] : "arn:${local.partition}:cloudfront::${local.account}:${part}/*"]
        when      = []
      },
    ]
    query = [
      {
        sid   = "Tables"
        read  = ["glue:GetDatabase", "glue:GetPartitionIndexes", "glue:GetTable", "glue:GetTags"]
        write = ["glue:CreateDatabase", "glue:CreateTable", "glue:DeleteDatabase", "glue:DeleteTable", "glue:TagResource", "glue:UntagResource", "glue:UpdateDatabase", "glue:UpdateTable"]
        resources = [for resource in ["catalog", "database/${local.database}", "table/${local.database}/*"] :
          "arn:${local.partition}:glue:${local.in_region}:${resource}"
        ]
        when = []
      },
      {
        sid       = "Queries"
        read      = ["athena:GetNamedQuery", "athena:GetWorkGroup", "athena:ListTagsForResource"]
        write     = ["athena:CreateNamedQuery", "athena:CreateWorkGroup", "athena:DeleteNamedQuery", "athena:DeleteWorkGroup", "athena:TagResource", "athena:UntagResource", "athena:UpdateWorkGroup"]
        resources = ["arn:${local.partition}:athena:${local.in_region}:workgroup/${var.name_prefix}-sluice"]
        when      = []
      },
    ]
  }

  database = "${replace(var.name_prefix, "-", "_")}_sluice"

  # The statements of each role: those that say something.
  statements = { for pair in setproduct(keys(local.roles), keys(local.areas)) : join("/", pair) => [
    for statement in local.areas[pair[1]] : {
      sid       = statement.sid
      actions   = pair[0] == "plan" ? statement.read : concat(statement.read, statement.write)
      resources = statement.resources
      when      = statement.when
    } if pair[0] == "deploy" || length(statement.read) > 0
  ] }
}

data "aws_iam_policy_document" "area" {
  #checkov:skip=CKV_AWS_356:Four statements name `*` because AWS scopes them by a condition or not at all; each says why.
  #checkov:skip=CKV_AWS_111:As above; what is written otherwise begins with the prefix, or has its tag.
  #checkov:skip=CKV_AWS_109:Roles are made only within the boundary, and only with the prefix.
  #checkov:skip=CKV_AWS_108:Objects are read in the page's bucket alone.
  for_each = local.statements

  dynamic "statement" {
    for_each = each.value

    content {
      sid       = statement.value.sid
      actions   = statement.value.actions
      resources = statement.value.resources

      dynamic "condition" {
        for_each = statement.value.when

        content {
          test     = condition.value.test
          variable = condition.value.variable
          values   = condition.value.values
        }
      }
    }
  }
}

# The most that a role of a deployment may ever do; what it does is decided by its own policy.
data "aws_iam_policy_document" "boundary" {
  statement {
    sid       = "Streams"
    actions   = ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards", "kinesis:PutRecord", "kinesis:PutRecords"]
    resources = ["arn:${local.partition}:kinesis:${local.in_region}:stream/${var.name_prefix}-*"]
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
}

resource "aws_iam_policy" "boundary" {
  name        = local.names.boundary
  description = "Bounds every role of the deployment ${var.name_prefix}."
  policy      = data.aws_iam_policy_document.boundary.json
}
