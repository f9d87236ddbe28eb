# Whom the role that deploys keeps off: what is not the deployment's, however it is called.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
}

variables {
  name_prefix     = "acme"
  plan_subjects   = ["repo:acme/lake:pull_request"]
  deploy_subjects = ["repo:acme/lake:environment:live"]
}

run "a_prefix_is_none_that_terraform_or_aws_gives" {
  command = plan
  module { source = "./bootstrap" }
  variables { name_prefix = "terraform-live" }
  expect_failures = [var.name_prefix]
}

run "what_is_out_of_reach_and_what_is_not_is_named_whole" {
  command = plan
  module { source = "./bootstrap" }
  variables {
    names_of_others   = ["acme-live*", "lake"]
    existing_buckets  = ["terraform-state-other"]
    kms_key_arn       = "arn:aws:kms:eu-west-1:123456789012:key/*"
    oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/example.com"
    delivery_streams  = ["*"]
  }
  expect_failures = [var.names_of_others, var.existing_buckets, var.delivery_streams, var.kms_key_arn, var.oidc_provider_arn]
}

run "a_subject_of_an_environment_plans_nothing" {
  command = plan
  module { source = "./bootstrap" }
  variables { plan_subjects = ["repo:acme/lake:pull_request", "repo:acme/lake:environment:live"] }
  expect_failures = [var.plan_subjects]
}

run "the_role_that_plans_writes_nothing_also_with_a_key" {
  command = plan
  module { source = "./bootstrap" }
  variables { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/k" }

  assert {
    condition = alltrue([for statement in concat(flatten([for area, statements in local.statements : statements if startswith(area, "plan/")]), data.aws_iam_policy_document.state["plan"].statement) :
      alltrue([for action in statement.actions : can(regex(":(AdminGet|AdminList|Decrypt|Describe|Get|List)", action))])
    ])
    error_message = "it would write"
  }

  assert {
    condition     = contains(flatten(data.aws_iam_policy_document.state["deploy"].statement[*].actions), "kms:GenerateDataKey")
    error_message = "the role that deploys could not write the state"
  }
}

run "the_role_that_deploys_changes_nothing_of_others" {
  command = plan
  module { source = "./bootstrap" }
  variables { names_of_others = ["acme-live", "acme-admin"] }

  assert {
    condition = alltrue([for statement in local.statements["deploy/compute"] :
      contains([for condition in statement.when : condition.variable], "lambda:FunctionArn")
      if length(setintersection(statement.actions, ["lambda:CreateEventSourceMapping", "lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping"])) > 0
    ])
    error_message = "it would change mappings of functions that are not its own"
  }

  # Who may tag what is there can make it its own.
  assert {
    condition = alltrue([for statement in local.statements["deploy/people"] :
      contains([for condition in statement.when : condition.variable], "aws:ResourceTag/Deployment") || alltrue([for resource in statement.resources : endswith(resource, "distribution/&{*}")])
      if length(setintersection(statement.actions, ["cloudfront:DeleteDistribution", "cloudfront:TagResource", "cloudfront:UpdateDistribution"])) > 0
    ])
    error_message = "it would take over distributions of others"
  }

  assert {
    condition = alltrue([for statement in local.statements["deploy/roles"] :
      contains([for condition in statement.when : condition.variable if condition.test == "StringEquals"], "aws:ResourceTag/Deployment")
      if length(setintersection(statement.actions, ["iam:DeleteRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:TagRole", "iam:UpdateAssumeRolePolicy"])) > 0
    ])
    error_message = "it would take over roles that only begin as its own"
  }

  assert {
    condition = alltrue([for statement in concat(local.statements["deploy/compute"], local.statements["deploy/data"], local.statements["deploy/watch"]) :
      contains([for condition in statement.when : condition.variable], "aws:ResourceTag/Deployment")
      if length(setintersection(statement.actions, ["cloudwatch:DeleteAlarms", "events:PutTargets", "kinesis:DeleteStream", "lambda:DeleteEventSourceMapping", "lambda:UpdateFunctionCode", "logs:DeleteLogGroup"])) > 0
    ])
    error_message = "it would change what has the tag of another deployment"
  }

  # Where there are no tags, a name is all there is.
  assert {
    condition = alltrue([for role in ["plan", "deploy"] : alltrue([for name in ["s3:::acme-live*", "role/acme-admin*"] :
      anytrue([for resource in data.aws_iam_policy_document.others[role].statement[0].resources : endswith(resource, name)])
    ]) && data.aws_iam_policy_document.others[role].statement[0].effect == "Deny"])
    error_message = "it would reach what is named as another's"
  }

  assert {
    condition     = length(setintersection(one([for statement in local.statements["deploy/data"] : statement.resources if statement.sid == "Empty"]), ["arn:${local.partition}:s3:::acme-*/*"])) == 0
    error_message = "it would delete what pipelines have stored, without anybody's leave"
  }
}
