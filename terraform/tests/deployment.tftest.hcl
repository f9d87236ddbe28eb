# What the variables of a deployment refuse, each with a sentence that says what to write instead.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
}

run "names_keys_and_times_are_such_that_aws_takes" {
  command = plan
  variables {
    name_prefix              = "Acme Inc"
    packages                 = "nowhere"
    permissions_boundary_arn = "boundary"
    kms_key_arn              = ""
    stream_retention_hours   = 1
    log_retention_days       = 2
    analytics                = { scan_limit_gib = 0 }
  }
  expect_failures = [
    var.name_prefix, var.packages, var.permissions_boundary_arn, var.kms_key_arn,
    var.stream_retention_hours, var.log_retention_days, var.analytics,
  ]
}

run "nobody_is_told_or_let_in_who_is_not_named" {
  command = plan
  variables {
    name_prefix    = "acme"
    bucket_readers = ["*"]
    alarms         = { email = "team" }
    kdg            = { users = ["ada"] }
    analytics      = { tables_begin_with = "yesterday" }
  }
  expect_failures = [var.bucket_readers, var.alarms, var.kdg, var.analytics]
}

run "two_pipelines_do_not_share_a_bucket_by_accident" {
  command = plan
  variables {
    name_prefix = "acme"
    pipelines   = "tests/together"
  }
  expect_failures = [output.pipelines]
}
