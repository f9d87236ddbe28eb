# One file of `pipelines/` → what is provisioned for it. It makes nothing, and refuses what would lose data.

# yamldecode names the line, and not what to do: this is asked of the file itself, and so is said beside it.
check "yaml" {
  assert {
    condition     = can(yamldecode(file(var.path)))
    error_message = "${var.path}: this is not YAML, or has nothing in it; `sluice check ${var.path}` says what to write there"
  }
}

locals {
  name    = trimsuffix(basename(var.path), ".yaml")
  written = yamldecode(file(var.path))

  # What is missing, or is no section, is empty here, so that each rule of rules.tf can be asked.
  file     = try(merge(local.written, {}), {})
  stream   = try(merge(local.file.stream, {}), {})
  process  = try(merge(local.file.process, {}), {})
  source   = try(merge(local.process.source, {}), {})
  object   = try(merge(local.file.object, {}), {})
  table    = try(merge(local.file.table, {}), {})
  columns  = try(merge(local.table.columns, {}), {})
  generate = try(merge(local.file.generate, {}), {})
  ingest   = can(keys(local.file.ingest)) ? local.file.ingest : null
  layout   = coalesce(try(tostring(local.object.layout), null), "record")

  # A file beside this one, in its folder or below.
  schema_is_beside = can(regex("^[^/]+(/[^/]+)*$", local.process.schema)) && !can(regex("(^|/)\\.\\.?(/|$)", local.process.schema))
  schema           = local.schema_is_beside ? try(jsondecode(file("${dirname(var.path)}/${local.process.schema}")), null) : null

  filter = try(trimspace(local.process.filter), "") == "" ? null : tostring(local.process.filter)

  # A program of nothing but blanks is none, as for the function itself.
  program = try(trimspace(local.process.program), "") == "" ? null : tostring(local.process.program)

  unknown = concat(
    [for field in setsubtract(keys(local.file), [
      "description", "stream", "bucket", "existing_bucket", "ingest", "process", "object", "table", "generate",
    ]) : field],
    [for field in setsubtract(keys(local.stream), ["name", "shards"]) : "stream.${field}"],
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
    [for field in setsubtract(keys(local.table), ["columns"]) : "table.${field}"],
    [for field in setsubtract(keys(local.generate), ["template", "partition_key", "encoding"]) : "generate.${field}"],
  )

  # What the process function reads as PIPELINE; what the file leaves out is left out.
  settings = { for field, value in {
    name    = local.name
    schema  = local.schema
    filter  = local.filter
    program = local.program
    object = { for setting, chosen in {
      layout             = local.layout
      key                = local.key
      timestamp          = try(tostring(local.object.timestamp), null)
      late_after_seconds = try(local.object.late_after_seconds, null)
      on_late            = try(local.object.on_late, null)
      on_collision       = try(local.object.on_collision, null)
      compression        = try(local.object.compression, null)
      id                 = try(tostring(local.object.id), null)
    } : setting => chosen if chosen != null }
  } : field => value if value != null }

  # What the ingest function reads as INGEST.
  ingest_settings = local.ingest == null ? null : { for field, value in {
    name          = local.name
    url           = try(tostring(local.ingest.url), null)
    records       = try(tostring(local.ingest.records), null)
    partition_key = try(tostring(local.ingest.partition_key), null)
    program       = try(trimspace(local.ingest.program), "") == "" ? null : tostring(local.ingest.program)
  } : field => value if value != null }

  # jsonencode writes <, > and & as six characters each, and Lambda takes 4 KB: they are put back.
  # Pairs of backslashes are set aside meanwhile, because a program may hold the text \u003c itself.
  json = { for variable, value in { PIPELINE = local.settings, INGEST = local.ingest_settings } : variable => replace(
    replace(replace(replace(
      replace(jsonencode(value), "\\\\", "\u0001"),
    "\\u003c", "<"), "\\u003e", ">"), "\\u0026", "&"),
  "\u0001", "\\\\") if value != null }

  # The folder that holds every object of the pipeline: text that ends with a slash, or nothing.
  key      = try(tostring(local.object.key), null) == null ? "" : tostring(local.object.key)
  is_whole = local.layout == "batch" && !can(regex("[{%]", local.key))
  folder   = local.is_whole ? "${trimsuffix(local.key, "/")}/" : try(regex("^[^{%]*/", local.key), "")

  # Names of bucket and stream as long as they may be, and the variables' own names.
  bytes = { for variable, json in local.json : variable => ceil(length(base64encode(json)) * 3 / 4) + 220 }
}
