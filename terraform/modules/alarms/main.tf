# What somebody should look at: each alarm says what has happened and what to do first.

locals {
  process = { FunctionName = var.function_name }
  mapping = { EventSourceMappingUUID = var.mapping_id }
  # Two deployments of an account may both have a pipeline of this name: their functions differ.
  own        = { FunctionName = var.function_name, Pipeline = var.pipeline }
  own_ingest = { FunctionName = coalesce(var.ingest_function_name, "none"), Pipeline = var.pipeline }

  # Each of these is the end of something: no schedule is too slow for one period.
  of_ingest = {
    ingest = {
      description = "A run of ${local.own_ingest.FunctionName} failed: its log names the answer of the API."
      namespace   = "sluice"
      metric      = "ingest_failed"
      threshold   = 0
    }
    # Counted when the run and both repeats have crashed, timed out or not started ("Asynchronous
    # invocation metrics", lambda/latest/dg/monitoring-metrics-types.html).
    ingest-errors = {
      description = "The function ${local.own_ingest.FunctionName} failed as a whole, and so did its repeats: its log says why, and the schedule runs it again."
      namespace   = "AWS/Lambda"
      metric      = "AsyncEventsDropped"
      threshold   = 0
    }
    ingest-quarantine = {
      description = "Records of the API were quarantined by ${local.own_ingest.FunctionName}: quarantine/${var.pipeline}/ in the bucket has them, a folder for each reason."
      namespace   = "sluice"
      metric      = "ingest_quarantined"
      threshold   = var.quarantined_records
    }
    ingest-given-up = {
      description = "The stream did not take records in time, and they were kept below quarantine/${var.pipeline}/ in the bucket: sluice redrive brings them back."
      namespace   = "sluice"
      metric      = "ingest_given_up"
      threshold   = 0
    }
    ingest-lost = {
      description = "Records were neither sent nor kept: neither the stream nor the bucket took them, and the log of ${local.own_ingest.FunctionName} says why."
      namespace   = "sluice"
      metric      = "ingest_lost"
      threshold   = 0
    }
  }

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
    { for alarm, watched in local.of_ingest : alarm => {
      description = watched.description
      namespace   = watched.namespace
      metric      = watched.metric
      dimensions  = { for name, value in local.own_ingest : name => value if name == "FunctionName" || watched.namespace == "sluice" }
      statistic   = "Sum"
      threshold   = watched.threshold
      period      = 300
      periods     = 1
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
