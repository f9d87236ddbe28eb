# One dashboard of the deployment: a row for each pipeline, from the stream to the bucket.

locals {
  rows = [for place, name in sort(keys(var.pipelines)) : {
    name  = name
    y     = place * 7
    parts = var.pipelines[name]
  }]

  widgets = flatten([for row in local.rows : [
    {
      type       = "text"
      x          = 0
      y          = row.y
      width      = 24
      height     = 1
      properties = { markdown = "**${row.name}**: ${row.parts.stream} → ${row.parts.function} → ${row.parts.bucket}" }
    },
    {
      type   = "metric"
      x      = 0
      y      = row.y + 1
      width  = 8
      height = 6
      properties = {
        title  = "received = stored + filtered + quarantined + retried"
        region = var.region
        stat   = "Sum"
        period = 60
        metrics = [for metric in ["received", "stored", "filtered", "quarantined", "retried"] :
          ["sluice", metric, "FunctionName", row.parts.function, "Pipeline", row.name]
        ]
      }
    },
    {
      type   = "metric"
      x      = 8
      y      = row.y + 1
      width  = 8
      height = 6
      properties = {
        title  = "how long records are on their way"
        region = var.region
        period = 60
        metrics = [
          ["sluice", "arrival_to_stored_ms", "FunctionName", row.parts.function, "Pipeline", row.name, { stat = "p50" }],
          ["sluice", "arrival_to_stored_ms", "FunctionName", row.parts.function, "Pipeline", row.name, { stat = "p99" }],
          ["AWS/Lambda", "IteratorAge", "FunctionName", row.parts.function, { stat = "Maximum" }],
        ]
      }
    },
    {
      type   = "metric"
      x      = 16
      y      = row.y + 1
      width  = 8
      height = 6
      properties = {
        title  = "stream and function"
        region = var.region
        stat   = "Sum"
        period = 60
        metrics = concat(
          [
            ["AWS/Kinesis", "IncomingRecords", "StreamName", row.parts.stream],
            ["AWS/Kinesis", "WriteProvisionedThroughputExceeded", "StreamName", row.parts.stream],
            ["AWS/Lambda", "Errors", "FunctionName", row.parts.function],
            ["AWS/Lambda", "Throttles", "FunctionName", row.parts.function],
          ],
          [for metric in row.parts.ingest == null ? [] : ["ingest_fetched", "ingest_sent", "ingest_quarantined", "ingest_given_up", "ingest_lost", "ingest_failed"] :
            ["sluice", metric, "FunctionName", row.parts.ingest, "Pipeline", row.name]
          ],
        )
      }
    },
  ]])
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({ widgets = local.widgets })
}
