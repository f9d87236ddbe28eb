# What Terraform does in AWS, area by area: `read` for both roles, `write` for the one that deploys.
# It is confined to names of the deployment, or to its tag; what AWS confines to neither says so in its place.

locals {
  in_region = "${local.region}:${local.account}"
  functions = "arn:${local.partition}:lambda:${local.in_region}:function:${var.name_prefix}-*"

  # A role that is made has the boundary, so that whoever deploys cannot give away more than it allows.
  bounded = [{ test = "StringEquals", variable = "iam:PermissionsBoundary", values = [aws_iam_policy.boundary.arn] }]
  tagged  = [{ test = "StringEquals", variable = "aws:ResourceTag/Deployment", values = [var.name_prefix] }]
  tagging = [{ test = "StringEquals", variable = "aws:RequestTag/Deployment", values = [var.name_prefix] }]

  # What has a tag keeps it, and what is new has none yet: only what has another deployment's is out of reach.
  keeping   = [{ test = "StringEqualsIfExists", variable = "aws:RequestTag/Deployment", values = [var.name_prefix] }]
  unclaimed = concat([{ test = "StringEqualsIfExists", variable = "aws:ResourceTag/Deployment", values = [var.name_prefix] }], local.keeping)

  # Where there is no CloudFront that serves the generator's page, there are no users of it either.
  passed_to = concat(["lambda.amazonaws.com"], local.partition == "aws" ? ["cognito-identity.amazonaws.com"] : [])

  areas = {
    data = [
      {
        sid       = "LookAtStreams"
        read      = ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:ListTagsForStream", "kinesis:ListTagsForResource"]
        write     = []
        resources = ["arn:${local.partition}:kinesis:${local.in_region}:stream/${var.name_prefix}-*"]
        when      = []
      },
      {
        sid       = "Streams"
        read      = []
        write     = ["kinesis:AddTagsToStream", "kinesis:CreateStream", "kinesis:DecreaseStreamRetentionPeriod", "kinesis:DeleteStream", "kinesis:DisableEnhancedMonitoring", "kinesis:EnableEnhancedMonitoring", "kinesis:IncreaseStreamRetentionPeriod", "kinesis:RemoveTagsFromStream", "kinesis:StartStreamEncryption", "kinesis:StopStreamEncryption", "kinesis:TagResource", "kinesis:UntagResource", "kinesis:UpdateShardCount", "kinesis:UpdateStreamMode"]
        resources = ["arn:${local.partition}:kinesis:${local.in_region}:stream/${var.name_prefix}-*"]
        when      = local.unclaimed
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
        # S3 shows IAM no tags of a bucket, unless that was made so: var.names_of_others says which are not ours.
        # Whether a bucket is there is told to those alone who may list its keys (AmazonS3/latest/API/API_HeadBucket.html),
        # and no condition lets the one pass and not the other: a listing needs none of its parameters either.
        sid       = "Buckets"
        read      = ["s3:GetAccelerateConfiguration", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLocation", "s3:GetBucketLogging", "s3:GetBucketObjectLockConfiguration", "s3:GetBucketOwnershipControls", "s3:GetBucketPolicy", "s3:GetBucketPublicAccessBlock", "s3:GetBucketRequestPayment", "s3:GetBucketTagging", "s3:GetBucketVersioning", "s3:GetBucketWebsite", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration", "s3:ListBucket"]
        write     = ["s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration"]
        resources = ["arn:${local.partition}:s3:::${var.name_prefix}-*"]
        when      = []
      },
      {
        sid       = "Page"
        read      = ["s3:GetObject", "s3:GetObjectTagging"]
        write     = ["s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectTagging"]
        resources = ["arn:${local.partition}:s3:::${var.name_prefix}-kdg-page/*"]
        when      = []
      },
      {
        # Buckets that go with what is in them, which is made anew: of pipelines only where somebody has said so.
        sid       = "Versions"
        read      = []
        write     = ["s3:ListBucketVersions"]
        resources = [for bucket in local.emptied : "arn:${local.partition}:s3:::${bucket}"]
        when      = []
      },
      {
        sid       = "Empty"
        read      = []
        write     = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
        resources = [for bucket in local.emptied : "arn:${local.partition}:s3:::${bucket}/*"]
        when      = []
      },
    ]
    compute = [
      {
        sid       = "LookAtFunctions"
        read      = ["lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionConfiguration", "lambda:GetFunctionEventInvokeConfig", "lambda:GetPolicy", "lambda:ListTags", "lambda:ListVersionsByFunction"]
        write     = []
        resources = [local.functions]
        when      = []
      },
      {
        sid       = "Functions"
        read      = []
        write     = ["lambda:AddPermission", "lambda:CreateFunction", "lambda:DeleteFunction", "lambda:DeleteFunctionEventInvokeConfig", "lambda:PutFunctionEventInvokeConfig", "lambda:RemovePermission", "lambda:TagResource", "lambda:UntagResource", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:UpdateFunctionEventInvokeConfig"]
        resources = [local.functions]
        when      = local.unclaimed
      },
      {
        sid       = "LookAtMappings"
        read      = ["lambda:GetEventSourceMapping", "lambda:ListTags"]
        write     = []
        resources = [local.mappings]
        when      = []
      },
      {
        # A mapping's name is an id; the function that it is for has a name.
        sid       = "Mappings"
        read      = []
        write     = ["lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping"]
        resources = [local.mappings]
        when      = concat(local.for_functions, local.unclaimed)
      },
      {
        # Lambda does not say here which function it is for; a tag alone lets nobody change a mapping.
        sid       = "TagMappings"
        read      = []
        write     = ["lambda:TagResource"]
        resources = [local.mappings]
        when      = local.unclaimed
      },
      {
        sid       = "UntagMappings"
        read      = []
        write     = ["lambda:UntagResource"]
        resources = [local.mappings]
        when      = local.tagged
      },
      {
        # AWS scopes it to no resource, but to the function.
        sid       = "NewMappings"
        read      = []
        write     = ["lambda:CreateEventSourceMapping"]
        resources = ["*"]
        when      = local.for_functions
      },
      {
        sid       = "LookAtLogs"
        read      = ["logs:ListTagsForResource"]
        write     = []
        resources = [for end in ["", ":*"] : "arn:${local.partition}:logs:${local.in_region}:log-group:/aws/lambda/${var.name_prefix}-*${end}"]
        when      = []
      },
      {
        sid       = "Logs"
        read      = []
        write     = ["logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteRetentionPolicy", "logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource"]
        resources = [for end in ["", ":*"] : "arn:${local.partition}:logs:${local.in_region}:log-group:/aws/lambda/${var.name_prefix}-*${end}"]
        when      = local.unclaimed
      },
      {
        sid       = "FindLogs"
        read      = ["logs:DescribeLogGroups"]
        write     = []
        resources = ["arn:${local.partition}:logs:${local.in_region}:log-group:*"]
        when      = []
      },
      {
        sid       = "LookAtSchedules"
        read      = ["events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"]
        write     = []
        resources = ["arn:${local.partition}:events:${local.in_region}:rule/${var.name_prefix}-*"]
        when      = []
      },
      {
        sid       = "Schedules"
        read      = []
        write     = ["events:DeleteRule", "events:PutRule", "events:PutTargets", "events:RemoveTargets", "events:TagResource", "events:UntagResource"]
        resources = ["arn:${local.partition}:events:${local.in_region}:rule/${var.name_prefix}-*"]
        when      = local.unclaimed
      },
    ]
    roles = [
      {
        sid       = "LookAtRoles"
        read      = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies"]
        write     = []
        resources = [local.role_arns]
        when      = []
      },
      {
        sid       = "NewRoles"
        read      = []
        write     = ["iam:CreateRole"]
        resources = [local.role_arns]
        when      = concat(local.bounded, local.tagging)
      },
      {
        # A tag of the request counts as the resource's while that is made, and never gives away what is there already
        # ("AWS global condition context keys", aws:ResourceTag, IAM/latest/UserGuide).
        sid       = "Roles"
        read      = []
        write     = ["iam:DeleteRole", "iam:DeleteRolePolicy", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"]
        resources = [local.role_arns]
        when      = concat(local.tagged, local.keeping)
      },
      {
        sid       = "BoundedRoles"
        read      = []
        write     = ["iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
        resources = [local.role_arns]
        when      = concat(local.bounded, local.tagged)
      },
      {
        # A role's tags are no reliable condition here ("Grant a user permissions to pass a role to an AWS service",
        # IAM/latest/UserGuide): var.names_of_others says which roles are not ours.
        sid       = "PassRoles"
        read      = []
        write     = ["iam:PassRole"]
        resources = [local.role_arns]
        when      = [{ test = "StringEquals", variable = "iam:PassedToService", values = local.passed_to }]
      },
    ]
    watch = [
      {
        sid       = "LookAtAlarms"
        read      = ["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"]
        write     = []
        resources = ["arn:${local.partition}:cloudwatch:${local.in_region}:alarm:${var.name_prefix}-*"]
        when      = []
      },
      {
        sid       = "Alarms"
        read      = []
        write     = ["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource"]
        resources = ["arn:${local.partition}:cloudwatch:${local.in_region}:alarm:${var.name_prefix}-*"]
        when      = local.unclaimed
      },
      {
        sid       = "Dashboards"
        read      = ["cloudwatch:GetDashboard"]
        write     = ["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"]
        resources = ["arn:${local.partition}:cloudwatch::${local.account}:dashboard/${var.name_prefix}-sluice"]
        when      = []
      },
      {
        sid       = "Topics"
        read      = ["sns:GetTopicAttributes", "sns:ListTagsForResource"]
        write     = ["sns:CreateTopic", "sns:DeleteTopic", "sns:SetTopicAttributes", "sns:Subscribe", "sns:TagResource", "sns:UntagResource"]
        resources = ["arn:${local.partition}:sns:${local.in_region}:${var.name_prefix}-alarms"]
        when      = []
      },
      {
        # AWS scopes a subscription to no resource: whoever deploys could also end others of the account.
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
        when      = concat(local.tagged, local.keeping)
      },
      {
        sid       = "Identities"
        read      = ["cognito-identity:DescribeIdentityPool", "cognito-identity:GetIdentityPoolRoles", "cognito-identity:ListTagsForResource"]
        write     = ["cognito-identity:DeleteIdentityPool", "cognito-identity:SetIdentityPoolRoles", "cognito-identity:TagResource", "cognito-identity:UntagResource", "cognito-identity:UpdateIdentityPool"]
        resources = ["arn:${local.partition}:cognito-identity:${local.in_region}:identitypool/*"]
        when      = concat(local.tagged, local.keeping)
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
        when      = concat(local.tagged, local.keeping)
      },
      {
        # One that is being made has no id yet and is called `*`. Nothing else gets the tag, which would give it away.
        sid       = "NewDistributions"
        read      = []
        write     = ["cloudfront:CreateDistribution", "cloudfront:TagResource"]
        resources = ["arn:${local.partition}:cloudfront::${local.account}:distribution/&{*}"]
        when      = local.tagging
      },
      {
        # These two have neither names in their ARNs nor tags: whoever deploys could also change others of the account.
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
        resources = [for resource in ["catalog", "database/${local.database}", "table/${local.database}/*", "userDefinedFunction/${local.database}/*"] :
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

  database      = "${replace(var.name_prefix, "-", "_")}_sluice"
  mappings      = "arn:${local.partition}:lambda:${local.in_region}:event-source-mapping:*"
  role_arns     = "arn:${local.partition}:iam::${local.account}:role/${var.name_prefix}-*"
  for_functions = [{ test = "ArnLike", variable = "lambda:FunctionArn", values = [local.functions] }]
  emptied       = concat(["${var.name_prefix}-kdg-page", "${var.name_prefix}-query-results"], var.may_delete_data ? ["${var.name_prefix}-*"] : [])

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
  #checkov:skip=CKV_AWS_109:Roles are made only within the boundary, and changed only with the tag.
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
