# From a stream into a function, with every knob set: AWS's defaults repeat a bad batch until it expires.

resource "aws_lambda_event_source_mapping" "this" {
  event_source_arn                   = var.stream_arn
  function_name                      = var.function_arn
  starting_position                  = "TRIM_HORIZON"
  function_response_types            = ["ReportBatchItemFailures"]
  batch_size                         = var.source_settings.batch_size
  maximum_batching_window_in_seconds = var.source_settings.maximum_batching_window_in_seconds
  parallelization_factor             = var.source_settings.parallelization_factor
  maximum_retry_attempts             = var.source_settings.maximum_retry_attempts
  maximum_record_age_in_seconds      = var.source_settings.maximum_record_age_in_seconds
  bisect_batch_on_function_error     = var.source_settings.bisect_batch_on_function_error

  destination_config {
    on_failure {
      destination_arn = var.failure_destination_arn
    }
  }

  # Counts what goes to the failure destination, for its alarm.
  metrics_config {
    metrics = ["EventCount"]
  }
}
