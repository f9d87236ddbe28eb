# What the variables of a deployment refuse, each with a sentence that says what to write instead.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
}

run "names_keys_and_times_are_such_that_aws_takes" {
  command = plan
  variables {
    name_prefix              = "Acme Inc"
    packages                 = "nowhere"
    pipelines                = "nowhere"
    tags                     = { deployment = "other" }
    permissions_boundary_arn = "boundary"
    kms_key_arn              = ""
    stream_retention_hours   = 1
    log_retention_days       = 2
    analytics                = { scan_limit_gib = 0 }
    kdg                      = { endpoints = ["https://*.example.com"] }
  }
  expect_failures = [
    var.name_prefix, var.packages, var.pipelines, var.tags, var.permissions_boundary_arn, var.kms_key_arn,
    var.stream_retention_hours, var.log_retention_days, var.analytics, var.kdg,
  ]
}

run "nobody_is_told_or_let_in_who_is_not_named" {
  command = plan
  variables {
    name_prefix    = "acme"
    bucket_readers = ["*"]
    alarms         = { email = "team" }
    kdg            = { users = ["ada"] }
    analytics      = { tables_begin_with = "2024-19-39" }
    tags           = { "aws:mine" = "x" }
  }
  expect_failures = [var.bucket_readers, var.alarms, var.kdg, var.analytics, var.tags]
}

run "a_member_that_is_misspelt_is_refused" {
  command = plan
  variables {
    name_prefix = "acme"
    alarms      = { emial = "team@example.com" }
    kdg         = { enabeld = false }
    analytics   = { results_days = 3 }
  }
  expect_failures = [var.alarms, var.kdg, var.analytics]
}

run "a_number_that_cannot_be_meant_is_refused" {
  command = plan
  variables {
    name_prefix = "acme"
    alarms      = { iterator_age_seconds = -1 }
    kdg         = { mfa_required = "maybe" }
    analytics   = { result_days = -3 }
  }
  expect_failures = [var.alarms, var.kdg, var.analytics]
}

run "fewer_records_than_none_and_unknown_pipelines_are_refused" {
  command = plan
  variables {
    name_prefix = "acme"
    alarms      = { quarantined_records = -5, silence_minutes = { typo = 60 } }
    kdg         = { delivery_streams = ["orders-*"] }
  }
  expect_failures = [var.alarms, var.kdg]
}

run "leave_for_an_unknown_pipeline_is_a_warning" {
  command = plan
  variables {
    name_prefix    = "acme"
    delete_data_of = ["typo"]
  }
  expect_failures = [check.leave]
}

# The pool of users does not tell addresses by their case, and no service takes a key of another region.
run "what_aws_would_refuse_in_the_middle_of_an_apply_is_refused_before" {
  command = plan
  override_data {
    target = data.aws_region.current
    values = { name = "eu-west-1" }
  }
  variables {
    name_prefix = "acme"
    kdg         = { users = ["ada@example.com", "Ada@example.com"] }
    kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/1234abcd"
  }
  expect_failures = [var.kdg, var.kms_key_arn]
}

run "the_commands_name_the_folder_as_the_apply_did" {
  command = plan
  override_data {
    target = data.aws_region.current
    values = { name = "eu-west-1" }
  }
  variables {
    name_prefix = "acme"
    kdg         = { users = ["ada@example.com", "bob@example.com"] }
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd"
  }

  assert {
    condition     = output.send["user-activity"] == "sluice send --pipelines ../pipelines --pipeline user-activity --stream acme-user-activity-stream --records 100"
    error_message = "the command does not work in the folder of the apply: ${output.send["user-activity"]}"
  }

  assert {
    condition     = strcontains(output.look["user-activity"][1], "reconcile --pipelines ../pipelines ")
    error_message = "the command does not work in the folder of the apply: ${output.look["user-activity"][1]}"
  }
}

# Both have one stream, one bucket and one function but for its case; and names that are sluice's own.
run "two_pipelines_do_not_share_a_bucket_by_accident" {
  command = plan
  variables {
    name_prefix              = "acme"
    pipelines                = "tests/together"
    permissions_boundary_arn = "arn:aws:iam::aws:policy/PowerUserAccess"
  }
  expect_failures = [output.pipelines]
}

# China's CloudFront has no address of its own, and GovCloud has none at all.
run "the_page_is_refused_where_cloudfront_cannot_serve_it" {
  command = plan
  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-us-gov", dns_suffix = "amazonaws.com" }
  }
  variables {
    name_prefix = "acme"
  }
  expect_failures = [output.kdg]
}
