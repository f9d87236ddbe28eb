# What would lose data, or show it to everybody, is refused before anything is made.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
}

variables {
  source_settings = {
    batch_size                         = 500
    maximum_batching_window_in_seconds = 1
    parallelization_factor             = 1
    maximum_retry_attempts             = 10
    maximum_record_age_in_seconds      = 86400
    bisect_batch_on_function_error     = true
  }
  stream_arn              = "arn:aws:kinesis:eu-west-1:123456789012:stream/s"
  function_arn            = "arn:aws:lambda:eu-west-1:123456789012:function:f"
  failure_destination_arn = "arn:aws:s3:::b"
}

run "a_mapping_within_the_limits_is_planned" {
  command = plan
  module { source = "./modules/mapping" }

  assert {
    condition     = aws_lambda_event_source_mapping.this.function_response_types == toset(["ReportBatchItemFailures"])
    error_message = "one bad record would have its whole batch repeated"
  }
}

run "a_batch_is_not_repeated_for_ever" {
  command = plan
  module { source = "./modules/mapping" }
  variables {
    source_settings = {
      batch_size             = 500, maximum_batching_window_in_seconds = 1, parallelization_factor = 1
      maximum_retry_attempts = -1, maximum_record_age_in_seconds = 86400, bisect_batch_on_function_error = true
    }
  }
  expect_failures = [var.source_settings]
}

run "a_record_is_not_repeated_for_ever" {
  command = plan
  module { source = "./modules/mapping" }
  variables {
    source_settings = {
      batch_size             = 500, maximum_batching_window_in_seconds = 1, parallelization_factor = 1
      maximum_retry_attempts = 10, maximum_record_age_in_seconds = -1, bisect_batch_on_function_error = true
    }
  }
  expect_failures = [var.source_settings]
}

run "a_batch_has_a_size_that_lambda_takes" {
  command = plan
  module { source = "./modules/mapping" }
  variables {
    source_settings = {
      batch_size             = 10001, maximum_batching_window_in_seconds = 1, parallelization_factor = 1
      maximum_retry_attempts = 10, maximum_record_age_in_seconds = 60, bisect_batch_on_function_error = true
    }
  }
  expect_failures = [var.source_settings]
}

run "what_is_given_up_has_to_go_to_a_bucket" {
  command = plan
  module { source = "./modules/mapping" }
  variables { failure_destination_arn = "arn:aws:sqs:eu-west-1:123456789012:q" }
  expect_failures = [var.failure_destination_arn]
}

run "what_is_given_up_has_to_go_somewhere" {
  command = plan
  module { source = "./modules/mapping" }
  variables { failure_destination_arn = "" }
  expect_failures = [var.failure_destination_arn]
}

run "a_stream_is_encrypted" {
  command = plan
  module { source = "./modules/stream" }
  variables { name = "s" }

  assert {
    condition     = aws_kinesis_stream.this.encryption_type == "KMS" && aws_kinesis_stream.this.kms_key_id == "alias/aws/kinesis"
    error_message = "the stream is not encrypted"
  }
}

run "a_stream_is_never_unencrypted_nor_beyond_the_limits_of_kinesis" {
  command = plan
  module { source = "./modules/stream" }
  variables {
    name            = "a stream"
    kms_key_id      = ""
    shards          = 0
    retention_hours = 23
  }
  expect_failures = [var.name, var.kms_key_id, var.shards, var.retention_hours]
}

run "a_bucket_is_private" {
  command = plan
  module { source = "./modules/bucket" }
  variables { name = "a-bucket" }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls, aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls, aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "the bucket can be made public"
  }

  assert {
    condition     = !aws_s3_bucket.this.force_destroy
    error_message = "the bucket would be destroyed with its data"
  }
}

run "a_bucket_is_never_public_nor_without_old_versions" {
  command = plan
  module { source = "./modules/bucket" }
  variables {
    name             = "A_Bucket"
    readers          = ["*"]
    old_version_days = 0
  }
  expect_failures = [var.name, var.readers, var.old_version_days]
}

run "a_bucket_is_never_read_by_all_of_an_account_pattern" {
  command = plan
  module { source = "./modules/bucket" }
  variables {
    name    = "a-bucket"
    readers = ["arn:aws:iam::123456789012:role/*"]
  }
  expect_failures = [var.readers]
}

run "a_function_is_within_the_limits_of_lambda" {
  command = plan
  module { source = "./modules/function" }
  variables {
    name        = "a function"
    description = "d"
    package     = { path = "p.zip", sha256 = "x", architecture = "riscv" }
    environment = {}
    policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
    timeout     = 901
    memory_mib  = 64
  }
  expect_failures = [var.name, var.package, var.timeout, var.memory_mib]
}

run "a_schedule_has_a_form_that_eventbridge_reads" {
  command = plan
  module { source = "./modules/schedule" }
  variables {
    name          = "n"
    expression    = "every minute"
    function_name = "f"
    function_arn  = "arn:aws:lambda:eu-west-1:123456789012:function:f"
  }
  expect_failures = [var.expression]
}

run "silence_is_no_longer_than_an_alarm_looks_back" {
  command = plan
  module { source = "./modules/alarms" }
  variables {
    name_prefix     = "n"
    pipeline        = "p"
    function_name   = "f"
    mapping_id      = "m"
    silence_minutes = 1441
  }
  expect_failures = [var.silence_minutes]
}

run "users_send_to_streams_that_are_named" {
  command = plan
  module { source = "./modules/kdg" }
  variables {
    name        = "n-kdg"
    region      = "eu-west-1"
    dns_suffix  = "amazonaws.com"
    streams     = {}
    stream_arns = ["arn:aws:kinesis:eu-west-1:123456789012:stream/*"]
    users       = ["nobody"]

    delivery_stream_arns = ["arn:aws:firehose:eu-west-1:123456789012:deliverystream/*"]
    endpoints            = ["https://example.com; script-src *"]
  }
  expect_failures = [var.stream_arns, var.users, var.delivery_stream_arns, var.endpoints]
}

run "a_page_reaches_an_endpoint_over_tls_only" {
  command = plan
  module { source = "./modules/kdg" }
  variables {
    name        = "n-kdg"
    region      = "eu-west-1"
    dns_suffix  = "amazonaws.com"
    streams     = {}
    stream_arns = ["arn:aws:kinesis:eu-west-1:123456789012:stream/s"]
    endpoints   = ["http://kinesis.example.com"]
  }
  expect_failures = [var.endpoints]
}

run "a_page_without_delivery_streams_has_nothing_to_do_with_firehose" {
  command = plan
  module { source = "./modules/kdg" }
  variables {
    name        = "n-kdg"
    region      = "eu-west-1"
    dns_suffix  = "amazonaws.com"
    streams     = {}
    stream_arns = ["arn:aws:kinesis:eu-west-1:123456789012:stream/s"]
  }

  assert {
    condition     = strcontains(local.content_security_policy, "; connect-src 'self' https://cognito-idp.eu-west-1.amazonaws.com https://cognito-identity.eu-west-1.amazonaws.com https://kinesis.eu-west-1.amazonaws.com; ")
    error_message = "the page may speak to others than it needs, or not to all: ${local.content_security_policy}"
  }

  assert {
    condition = !anytrue([for action in flatten([for statement in data.aws_iam_policy_document.send.statement : tolist(statement.actions)]) :
      startswith(action, "firehose:")
    ])
    error_message = "users may ask Firehose for something"
  }
}

run "a_page_reaches_delivery_streams_and_endpoints_that_are_named" {
  command = plan
  module { source = "./modules/kdg" }
  variables {
    name                 = "n-kdg"
    region               = "cn-north-1"
    dns_suffix           = "amazonaws.com.cn"
    streams              = {}
    stream_arns          = ["arn:aws-cn:kinesis:cn-north-1:123456789012:stream/s"]
    delivery_stream_arns = ["arn:aws-cn:firehose:cn-north-1:123456789012:deliverystream/d"]
    endpoints            = ["https://vpce-1a.kinesis.example.com:8443", "https://kinesis.us-gov-west-1.amazonaws.com"]
  }

  assert {
    condition     = strcontains(local.content_security_policy, " https://kinesis.cn-north-1.amazonaws.com.cn https://firehose.cn-north-1.amazonaws.com.cn https://kinesis.us-gov-west-1.amazonaws.com https://vpce-1a.kinesis.example.com:8443; ")
    error_message = "the page may not speak to Firehose, or to an endpoint that is named: ${local.content_security_policy}"
  }

  assert {
    condition = one([for statement in data.aws_iam_policy_document.send.statement :
      statement.resources if contains(statement.actions, "firehose:PutRecordBatch")
    ]) == toset(["arn:aws-cn:firehose:cn-north-1:123456789012:deliverystream/d"])
    error_message = "users may put to other delivery streams than those named, or to none"
  }
}

run "tables_and_queries_are_such_that_athena_takes" {
  command = plan
  module { source = "./modules/analytics" }
  variables {
    name = "n"
    tables = { p = {
      description = "d", bucket = "b", key = "k/", id = "", columns = { a = "text" }, properties = {}
    } }
    result_bucket    = "b"
    scan_limit_bytes = 1
    first_day        = "2024-01-01"
  }
  expect_failures = [var.scan_limit_bytes, var.tables]
}

run "a_field_that_no_pipeline_has_is_refused" {
  command = plan
  module { source = "./modules/pipeline-file" }
  variables { path = "tests/refused/misspelt.yaml" }
  expect_failures = [output.pipeline]
}

run "a_program_that_no_function_has_room_for_is_refused" {
  command = plan
  module { source = "./modules/pipeline-file" }
  variables { path = "tests/refused/too-long.yaml" }
  expect_failures = [output.pipeline]
}

run "one_function_for_two_tasks_is_refused" {
  command = plan
  module { source = "./modules/pipeline-file" }
  variables { path = "tests/refused/one-function.yaml" }
  expect_failures = [output.pipeline]
}

run "a_file_that_names_no_pipeline_is_refused" {
  command = plan
  module { source = "./modules/pipeline-file" }
  variables { path = "tests/refused/../refused/README" }
  expect_failures = [var.path]
}

run "roles_are_for_whole_subjects_and_only_an_environment_deploys" {
  command = plan
  module { source = "./bootstrap" }
  variables {
    name_prefix     = "Acme"
    plan_subjects   = ["repo:acme/*"]
    deploy_subjects = ["repo:acme/lake:ref:refs/heads/main"]
  }
  expect_failures = [var.name_prefix, var.plan_subjects, var.deploy_subjects]
}
