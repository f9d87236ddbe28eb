# A data stream: always encrypted, with shards of its own or with on-demand capacity.

resource "aws_kinesis_stream" "this" {
  name             = var.name
  shard_count      = var.shards
  retention_period = var.retention_hours
  encryption_type  = "KMS"
  kms_key_id       = var.kms_key_id

  # One value a shard, for the alarms and the dashboard; what the whole stream reports is free.
  shard_level_metrics = var.shard_level_metrics

  stream_mode_details {
    stream_mode = var.shards == null ? "ON_DEMAND" : "PROVISIONED"
  }
}
