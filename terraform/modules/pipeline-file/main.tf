# One file of `pipelines/` → what is provisioned for it. It makes nothing, and refuses what would lose data.

locals {
  name    = trimsuffix(basename(var.path), ".yaml")
  file    = yamldecode(file(var.path))
  process = local.file.process
  source  = try(local.process.source, {})
  object  = local.file.object
  ingest  = try(local.file.ingest, null)
  layout  = try(local.object.layout, "record")

  schema = can(local.process.schema) ? jsondecode(file("${dirname(var.path)}/${local.process.schema}")) : null
  filter = try(trimspace(local.process.filter), "") == "" ? null : local.process.filter

  # A program of nothing but blanks is none, as for the function itself.
  program = try(trimspace(local.process.program), "") == "" ? null : local.process.program

  unknown = concat(
    [for field in setsubtract(keys(local.file), [
      "description", "stream", "bucket", "existing_bucket", "ingest", "process", "object", "table", "generate",
    ]) : field],
    [for field in setsubtract(keys(local.file.stream), ["name", "shards"]) : "stream.${field}"],
    [for field in setsubtract(try(keys(local.ingest), []), [
      "function", "schedule", "url", "records", "partition_key", "program", "timeout_seconds", "memory_mib",
    ]) : "ingest.${field}"],
    [for field in setsubtract(keys(local.process), [
      "function", "schema", "filter", "program", "timeout_seconds", "memory_mib", "source",
    ]) : "process.${field}"],
    [for field in setsubtract(keys(local.source), [
      "batch_size", "maximum_batching_window_in_seconds", "parallelization_factor", "maximum_retry_attempts",
      "maximum_record_age_in_seconds", "bisect_batch_on_function_error",
    ]) : "process.source.${field}"],
    [for field in setsubtract(keys(local.object), [
      "layout", "key", "timestamp", "late_after_seconds", "on_late", "on_collision", "compression", "id",
    ]) : "object.${field}"],
    [for field in setsubtract(try(keys(local.file.table), []), ["columns"]) : "table.${field}"],
  )

  # What the process function reads as PIPELINE; what the file leaves out is left out.
  settings = { for field, value in {
    name    = local.name
    schema  = local.schema
    filter  = local.filter
    program = local.program
    object = { for setting, chosen in {
      layout             = local.layout
      key                = local.object.key
      timestamp          = try(local.object.timestamp, null)
      late_after_seconds = try(local.object.late_after_seconds, null)
      on_late            = try(local.object.on_late, null)
      on_collision       = try(local.object.on_collision, null)
      compression        = try(local.object.compression, null)
      id                 = try(local.object.id, null)
    } : setting => chosen if chosen != null }
  } : field => value if value != null }

  # What the ingest function reads as INGEST.
  ingest_settings = local.ingest == null ? null : { for field, value in {
    name          = local.name
    url           = local.ingest.url
    records       = try(local.ingest.records, null)
    partition_key = try(local.ingest.partition_key, null)
    program       = try(trimspace(local.ingest.program), "") == "" ? null : local.ingest.program
  } : field => value if value != null }

  # jsonencode writes <, > and & as six characters each, and Lambda takes 4 KB: they are put back.
  # Pairs of backslashes are set aside meanwhile, because a program may hold the text \u003c itself.
  json = { for variable, value in { PIPELINE = local.settings, INGEST = local.ingest_settings } : variable => replace(
    replace(replace(replace(
      replace(jsonencode(value), "\\\\", "\u0001"),
    "\\u003c", "<"), "\\u003e", ">"), "\\u0026", "&"),
  "\u0001", "\\\\") if value != null }

  # The folder that holds every object of the pipeline: text that ends with a slash, or nothing.
  is_whole = local.layout == "batch" && !can(regex("[{%]", local.object.key))
  folder   = local.is_whole ? "${trimsuffix(local.object.key, "/")}/" : try(regex("^[^{%]*/", local.object.key), "")

  # Names of bucket and stream as long as they may be, and the variables' own names.
  bytes = { for variable, json in local.json : variable => ceil(length(base64encode(json)) * 3 / 4) + 220 }
}
