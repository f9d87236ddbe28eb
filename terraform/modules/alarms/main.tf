# What somebody should look at: each alarm says what has happened and what to do first.

locals {
  process = { FunctionName = var.function_name }
  mapping = { EventSourceMappingUUID = var.mapping_id }
  own     = { Pipeline = var.pipeline }

  alarms = merge(
    {
      iterator-age = {
        description = "Records wait longer than ${var.iterator_age_seconds} s in the stream: look for errors, then add shards or parallelization."
        namespace   = "AWS/Lambda"
        metric      = "IteratorAge"
        dimensions  = local.process
        statistic   = "Maximum"
        threshold   = var.iterator_age_seconds * 1000
        period      = 60
        periods     = 5
      }
      errors = {
        description = "The function fails as a whole: its log says why."
        namespace   = "AWS/Lambda"
        metric      = "Errors"
        dimensions  = local.process
        statistic   = "Sum"
        threshold   = 0
        period      = 60
        periods     = 1
      }
      throttles = {
        description = "The account has no free concurrency for the function: ask for more, or reserve some."
        namespace   = "AWS/Lambda"
        metric      = "Throttles"
        dimensions  = local.process
        statistic   = "Sum"
        threshold   = 0
        period      = 60
        periods     = 3
      }
      quarantine = {
        description = "Records were quarantined: quarantine/${var.pipeline}/ in the bucket has them, a folder for each reason; sluice redrive brings them back."
        namespace   = "sluice"
        metric      = "quarantined"
        dimensions  = local.own
        statistic   = "Sum"
        threshold   = var.quarantined_records
        period      = 300
        periods     = 1
      }
      given-up = {
        description = "Batches went to the failure destination, aws/lambda/ in the bucket: sluice redrive --from-failures brings them back."
        namespace   = "AWS/Lambda"
        metric      = "OnFailureDestinationDeliveredEventCount"
        dimensions  = local.mapping
        statistic   = "Sum"
        threshold   = 0
        period      = 60
        periods     = 1
      }
      destination = {
        description = "The failure destination did not take a batch, which is lost when the stream lets go of it: sluice reconcile names its records."
        namespace   = "AWS/Lambda"
        metric      = "DestinationDeliveryFailures"
        dimensions  = local.process
        statistic   = "Sum"
        threshold   = 0
        period      = 60
        periods     = 1
      }
    },
    { for alarm in ["silence"] : alarm => {
      description = "No record was received in ${coalesce(var.silence_minutes, 0)} minutes: is somebody sending?"
      namespace   = "sluice"
      metric      = "received"
      dimensions  = local.own
      statistic   = "Sum"
      threshold   = 1
      period      = coalesce(var.silence_minutes, 0) * 60
      periods     = 1
    } if var.silence_minutes != null },
    { for alarm in ["ingest"] : alarm => {
      description = "A run of ${coalesce(var.ingest_function_name, "ingest")} failed: its log names the answer of the API."
      namespace   = "sluice"
      metric      = "ingest_failed"
      dimensions  = local.own
      statistic   = "Sum"
      threshold   = 0
      period      = 300
      periods     = 1
    } if var.ingest_function_name != null },
    { for alarm in ["ingest-errors"] : alarm => {
      description = "The function ${coalesce(var.ingest_function_name, "ingest")} fails as a whole: its log says why."
      namespace   = "AWS/Lambda"
      metric      = "Errors"
      dimensions  = { FunctionName = coalesce(var.ingest_function_name, "ingest") }
      statistic   = "Sum"
      threshold   = 0
      period      = 300
      periods     = 3
    } if var.ingest_function_name != null },
  )
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name_prefix}-${var.pipeline}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = each.key == "silence" ? "LessThanThreshold" : "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = each.value.period
  evaluation_periods  = each.value.periods
  treat_missing_data  = each.key == "silence" ? "breaching" : "notBreaching"
  alarm_actions       = var.topic_arns
  ok_actions          = var.topic_arns
}
