# What is wrong with the file, one sentence each. `sluice check` says the same, and more of programs.

locals {
  # What is optional is null here when the file does not have it.
  texts = {
    "description"          = try(local.file.description, null)
    "stream.name"          = try(local.stream.name, null)
    "bucket"               = try(local.file.bucket, null)
    "ingest.function"      = try(local.ingest.function, null)
    "ingest.schedule"      = try(local.ingest.schedule, null)
    "ingest.url"           = try(local.ingest.url, null)
    "ingest.records"       = try(local.ingest.records, null)
    "ingest.partition_key" = try(local.ingest.partition_key, null)
    "ingest.program"       = try(local.ingest.program, null)
    "process.function"     = try(local.process.function, null)
    "process.schema"       = try(local.process.schema, null)
    "process.filter"       = try(local.process.filter, null)
    "process.program"      = try(local.process.program, null)
    "object.key"           = try(local.object.key, null)
    "object.timestamp"     = try(local.object.timestamp, null)
    "object.id"            = try(local.object.id, null)
    "generate.template"    = try(local.generate.template, null)
  }
  text = { for field, value in local.texts : field => try(tostring(value), null) }

  required = concat(
    ["stream.name", "bucket", "process.function", "object.key"],
    local.ingest == null ? [] : ["ingest.function", "ingest.schedule", "ingest.url"],
    can(keys(local.file.generate)) ? ["generate.template"] : [],
  )

  # Of AWS: "Quotas and limits" of Kinesis and of Lambda, and CreateEventSourceMapping.
  numbers = {
    "stream.shards"                                     = { value = try(local.stream.shards, null), first = 1, last = 20000, remedy = "leave it out for on-demand capacity" }
    "ingest.timeout_seconds"                            = { value = try(local.ingest.timeout_seconds, null), first = 1, last = 900, remedy = "the API gets half of it" }
    "ingest.memory_mib"                                 = { value = try(local.ingest.memory_mib, null), first = 128, last = 10240, remedy = "it also decides how much processor time there is" }
    "process.timeout_seconds"                           = { value = try(local.process.timeout_seconds, null), first = 1, last = 900, remedy = "choose what the slowest batch takes" }
    "process.memory_mib"                                = { value = try(local.process.memory_mib, null), first = 128, last = 10240, remedy = "it also decides how much processor time there is" }
    "process.source.batch_size"                         = { value = try(local.source.batch_size, null), first = 1, last = 10000, remedy = "in records" }
    "process.source.maximum_batching_window_in_seconds" = { value = try(local.source.maximum_batching_window_in_seconds, null), first = 0, last = 300, remedy = "in seconds" }
    "process.source.parallelization_factor"             = { value = try(local.source.parallelization_factor, null), first = 1, last = 10, remedy = "in batches of one shard at once" }
    "process.source.maximum_retry_attempts"             = { value = try(local.source.maximum_retry_attempts, null), first = 0, last = 10000, remedy = "a batch that is repeated for ever blocks its shard" }
    "process.source.maximum_record_age_in_seconds"      = { value = try(local.source.maximum_record_age_in_seconds, null), first = 60, last = 604800, remedy = "a record that is repeated for ever blocks its shard" }
    "object.late_after_seconds"                         = { value = try(local.object.late_after_seconds, null), first = 1, last = 31536000, remedy = "86400 is a day" }
  }

  switches = {
    "existing_bucket"                               = try(local.file.existing_bucket, null)
    "process.source.bisect_batch_on_function_error" = try(local.source.bisect_batch_on_function_error, null)
  }

  choices = {
    "object.layout"       = { value = try(local.object.layout, null), of = ["record", "batch"] }
    "object.on_late"      = { value = try(local.object.on_late, null), of = ["arrival", "quarantine"] }
    "object.on_collision" = { value = try(local.object.on_collision, null), of = ["suffix", "overwrite", "quarantine"] }
    "object.compression"  = { value = try(local.object.compression, null), of = ["none", "gzip", "zstd"] }
    "generate.encoding"   = { value = try(local.generate.encoding, null), of = ["plain", "base64"] }
  }

  # Names as they are deployed; one that is too long says how long it may be.
  prefix = var.name_prefix == "" ? "" : "${var.name_prefix}-"
  lengths = {
    "stream.name"      = { name = "${local.prefix}${coalesce(local.text["stream.name"], "s")}", most = 128 }
    "ingest.function"  = { name = "${local.prefix}${coalesce(local.text["ingest.function"], "f")}", most = 64 }
    "process.function" = { name = "${local.prefix}${coalesce(local.text["process.function"], "f")}", most = 64 }
    "bucket"           = { name = "${try(tobool(local.file.existing_bucket), false) == true ? "" : local.prefix}${coalesce(local.text["bucket"], "b")}", most = 63 }
  }
  bucket = local.lengths["bucket"].name

  # Each of these is a sentence with what makes it true.
  rules = concat(
    [for field in ["stream", "ingest", "process", "object", "table", "generate"] : {
      wrong = try(local.file[field], null) != null && !can(keys(local.file[field]))
      say   = "${field} has no fields; README.md shows a whole file"
    }],
    [for field in local.required : { wrong = local.texts[field] == null, say = "${field} is missing; README.md shows a whole file" }],
    [for field, value in local.texts : { wrong = value != null && !can(tostring(value)), say = "${field} is not one text" }],
    [for field, number in local.numbers : {
      wrong = !(number.value == null ? true : can(regex("^-?[0-9]+$", jsonencode(number.value))) && try(number.value >= number.first && number.value <= number.last, false))
      say   = "${field} is a whole number from ${number.first} to ${number.last}, and not ${jsonencode(number.value)}: ${number.remedy}"
    }],
    [for field, value in local.switches : {
      wrong = value != null && !contains(["true", "false"], jsonencode(value))
      say   = "${field} is true or false, and not ${jsonencode(value)}"
    }],
    [for field, choice in local.choices : {
      wrong = choice.value == null ? false : !contains(choice.of, try(tostring(choice.value), ""))
      say   = "${field} is one of ${join(", ", choice.of)}, and not ${jsonencode(choice.value)}"
    }],
    [for field in ["stream.name"] : {
      wrong = !can(regex("^[a-zA-Z0-9_.-]+$", coalesce(local.text[field], "s")))
      say   = "${field} has letters, digits, `_`, `.` and `-`, and not ${jsonencode(local.text[field])}"
    }],
    [for field in ["ingest.function", "process.function"] : {
      wrong = !can(regex("^[a-zA-Z0-9_-]+$", coalesce(local.text[field], "f")))
      say   = "${field} has letters, digits, `_` and `-`, and not ${jsonencode(local.text[field])}"
    }],
    [for field in ["stream.name", "bucket", "process.function", "ingest.function"] : {
      wrong = local.text[field] == ""
      say   = "${field} is empty; give it a name"
    }],
    # "General purpose bucket naming rules", AmazonS3/latest/userguide/bucketnamingrules.html.
    [for name in local.text["bucket"] == null ? [] : [local.text["bucket"]] : {
      wrong = !can(regex("^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", name)) || strcontains(name, "..") || length(local.bucket) < 3
      say   = "bucket has 3 characters at least, which are lower-case letters, digits, `.` and `-`, a letter or a digit at either end and no two dots in a row; choose another name than ${jsonencode(name)}"
    }],
    [for name in [local.bucket] : {
      wrong = can(regex("^([0-9]+\\.){3}[0-9]+$", name)) || can(regex("^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\\.mrap|--x-s3|--table-s3)$", name))
      say   = "bucket ${jsonencode(name)} is an address, or begins or ends with what S3 keeps for itself; choose another name"
    }],
    [for field, deployed in local.lengths : {
      wrong = length(deployed.name) > deployed.most
      say   = "${field} is ${deployed.name} in this deployment, and has at most ${deployed.most} characters; shorten it or name_prefix"
    }],
    local.of_processing,
    local.of_ingest,
    local.of_objects,
    local.of_tables,
  )

  wrong = concat(
    local.written == null || can(keys(local.written)) ? [] : ["the file has no fields; README.md shows a whole one"],
    [for rule in local.rules : rule.say if rule.wrong],
  )
}
