# A table for each pipeline whose objects are lines, without a crawler: its partitions follow from the key.

resource "aws_glue_catalog_database" "this" {
  name        = replace(var.name, "-", "_")
  description = "What sluice has stored as lines."
}

resource "aws_glue_catalog_table" "this" {
  for_each = local.tables

  database_name = aws_glue_catalog_database.this.name
  name          = each.value.name
  description   = each.value.description
  table_type    = "EXTERNAL_TABLE"

  parameters = merge(
    {
      "classification"            = "json"
      "EXTERNAL"                  = "TRUE"
      "projection.enabled"        = length(each.value.partitions) > 0 ? "true" : "false"
      "storage.location.template" = each.value.location
    },
    [for partition in each.value.partitions : {
      for property, value in partition.projection : "projection.${partition.name}.${property}" => value
    }]...
  )

  dynamic "partition_keys" {
    for_each = each.value.partitions

    content {
      name = partition_keys.value.name
      type = partition_keys.value.type
    }
  }

  storage_descriptor {
    location      = "s3://${each.value.bucket}/${each.value.folder}"
    input_format  = "org.apache.hadoop.mapred.TextInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

    ser_de_info {
      serialization_library = "org.openx.data.jsonserde.JsonSerDe"
      parameters = merge(
        { "ignore.malformed.json" = "FALSE", "dots.in.keys" = "FALSE", "case.insensitive" = "TRUE" },
        { for column in each.value.columns : "mapping.${column.name}" => column.field if column.name != column.field },
      )
    }

    dynamic "columns" {
      for_each = each.value.columns

      content {
        name = columns.value.name
        type = columns.value.type
      }
    }
  }
}

resource "aws_athena_workgroup" "this" {
  #checkov:skip=CKV_AWS_159:Results are encrypted, with S3's own keys when there is no key of one's own.
  name          = var.name
  description   = "Queries of what sluice has stored; each may read so many bytes and no more."
  force_destroy = true

  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.scan_limit_bytes

    engine_version {
      selected_engine_version = "Athena engine version 3"
    }

    result_configuration {
      output_location = "s3://${var.result_bucket}/results/"

      encryption_configuration {
        encryption_option = var.kms_key_arn == null ? "SSE_S3" : "SSE_KMS"
        kms_key_arn       = var.kms_key_arn
      }
    }
  }
}

resource "aws_athena_named_query" "this" {
  for_each = local.queries

  name        = each.key
  description = each.value.description
  workgroup   = aws_athena_workgroup.this.id
  database    = aws_glue_catalog_database.this.name
  query       = each.value.sql
}
