output "pipeline" {
  description = "What is provisioned: stream, bucket, functions with their settings, event source mapping, and the folder of the objects."
  value = {
    name            = local.name
    description     = try(local.file.description, null) == null ? local.name : local.file.description
    stream          = { name = try(local.stream.name, ""), shards = try(local.stream.shards, null) }
    bucket          = try(local.file.bucket, "")
    existing_bucket = try(tobool(local.file.existing_bucket), false) == true
    folder          = local.folder

    process = {
      function   = try(local.process.function, "")
      timeout    = coalesce(try(local.process.timeout_seconds, null), 60)
      memory_mib = coalesce(try(local.process.memory_mib, null), 256)
      settings   = local.json.PIPELINE
    }

    source = {
      # Objects of many records are worth waiting for: their number is what S3 charges for.
      batch_size                         = coalesce(try(local.source.batch_size, null), local.layout == "batch" ? 10000 : 500)
      maximum_batching_window_in_seconds = coalesce(try(local.source.maximum_batching_window_in_seconds, null), local.layout == "batch" ? 5 : 1)
      parallelization_factor             = coalesce(try(local.source.parallelization_factor, null), 1)
      maximum_retry_attempts             = coalesce(try(local.source.maximum_retry_attempts, null), 10)
      maximum_record_age_in_seconds      = coalesce(try(local.source.maximum_record_age_in_seconds, null), 86400)
      bisect_batch_on_function_error     = coalesce(try(local.source.bisect_batch_on_function_error, null), true)
    }

    ingest = local.ingest == null ? null : {
      function   = try(local.ingest.function, "")
      schedule   = try(local.ingest.schedule, "")
      timeout    = coalesce(try(local.ingest.timeout_seconds, null), 60)
      memory_mib = coalesce(try(local.ingest.memory_mib, null), 256)
      settings   = local.json.INGEST
    }

    table = local.layout != "batch" ? null : {
      key        = local.key
      id         = local.id
      columns    = local.columns
      properties = { for name, property in try(local.schema.properties, {}) : name => try(tostring(property.type), "string") }
    }
  }

  precondition {
    condition     = length(local.unknown) == 0
    error_message = "${var.path}: ${join(", ", local.unknown)} is not a field of a pipeline file; `sluice check` names the nearest one"
  }

  precondition {
    condition     = length(local.wrong) == 0
    error_message = join("\n", [for sentence in local.wrong : "${var.path}: ${sentence}"])
  }
}
