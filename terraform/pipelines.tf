# What every file in `pipelines/` becomes. Adding a pipeline is adding a file.

data "aws_region" "current" {}

data "aws_partition" "current" {}

locals {
  files     = { for file in fileset(var.pipelines, "*.yaml") : trimsuffix(file, ".yaml") => "${var.pipelines}/${file}" }
  pipelines = { for name, file in module.pipeline_file : name => file.pipeline }
  ingests   = { for name, pipeline in local.pipelines : name => pipeline.ingest if pipeline.ingest != null }

  buckets = { for name, pipeline in local.pipelines : name => pipeline.existing_bucket ? {
    name = pipeline.bucket
    arn  = "arn:${data.aws_partition.current.partition}:s3:::${pipeline.bucket}"
    } : {
    name = module.bucket[name].name
    arn  = module.bucket[name].arn
  } }

  # What AWS would refuse in the middle of an apply. IAM and Lambda do not tell roles by their case.
  names = concat(
    [for pipeline in local.pipelines : "stream ${pipeline.stream.name}"],
    [for pipeline in local.pipelines : "bucket ${pipeline.bucket}" if !pipeline.existing_bucket],
    [for pipeline in local.pipelines : "function ${lower(pipeline.process.function)}"],
    [for ingest in local.ingests : "function ${lower(ingest.function)}"],
  )
  repeated = [for name in distinct(local.names) : name if length([for other in local.names : other if other == name]) > 1]

  # What the deployment itself makes beside the pipelines.
  own = setintersection(local.names, concat(
    local.kdg.enabled ? ["bucket kdg-page", "function kdg"] : [],
    local.has_analytics ? ["bucket query-results"] : [],
  ))

  # Two tables over one folder would each show what both pipelines store.
  tabled = [for name, table in local.tables : name if anytrue([for other, pipeline in local.pipelines :
    other != name && local.deployed[other].bucket == local.deployed[name].bucket && pipeline.folder == local.pipelines[name].folder
  ])]

  # Names in AWS, which keep.tf compares with those of before.
  deployed = { for name, pipeline in local.pipelines : name => {
    stream = "${var.name_prefix}-${pipeline.stream.name}"
    bucket = pipeline.existing_bucket ? pipeline.bucket : "${var.name_prefix}-${pipeline.bucket}"
  } }

  # Each package is read once; its hash depends on its content alone.
  built = jsondecode(file("${var.packages}/packages.json"))
  packages = { for name in ["process-stream", "ingest-http"] : name => {
    path         = "${var.packages}/${name}.zip"
    sha256       = filebase64sha256("${var.packages}/${name}.zip")
    architecture = local.built.architecture
  } }
}

module "pipeline_file" {
  source   = "./modules/pipeline-file"
  for_each = local.files

  path        = each.value
  name_prefix = var.name_prefix
}

module "stream" {
  source   = "./modules/stream"
  for_each = local.pipelines

  name            = local.deployed[each.key].stream
  shards          = each.value.stream.shards
  retention_hours = var.stream_retention_hours
  kms_key_id      = coalesce(var.kms_key_arn, "alias/aws/kinesis")
}

module "bucket" {
  source   = "./modules/bucket"
  for_each = { for name, pipeline in local.pipelines : name => pipeline if !pipeline.existing_bucket }

  name          = local.deployed[each.key].bucket
  delete_data   = contains(var.delete_data_of, each.key)
  how_to_delete = "-var \\0047delete_data_of=[\"${each.key}\"]\\0047"
  kms_key_arn   = var.kms_key_arn
  readers       = var.bucket_readers
}

module "process" {
  source   = "./modules/function"
  for_each = local.pipelines

  name                     = "${var.name_prefix}-${each.value.process.function}"
  description              = each.value.description
  package                  = local.packages["process-stream"]
  timeout                  = each.value.process.timeout
  memory_mib               = each.value.process.memory_mib
  log_retention_days       = var.log_retention_days
  permissions_boundary_arn = var.permissions_boundary_arn
  policy_json              = data.aws_iam_policy_document.process[each.key].json

  environment = {
    PIPELINE = each.value.process.settings
    BUCKET   = local.buckets[each.key].name
  }
}

module "mapping" {
  source   = "./modules/mapping"
  for_each = local.pipelines

  stream_arn              = module.stream[each.key].arn
  function_arn            = module.process[each.key].arn
  failure_destination_arn = local.buckets[each.key].arn
  source_settings         = each.value.source
}

module "ingest" {
  source   = "./modules/function"
  for_each = local.ingests

  name                     = "${var.name_prefix}-${each.value.function}"
  description              = "Feeds ${module.stream[each.key].name} from an API."
  package                  = local.packages["ingest-http"]
  timeout                  = each.value.timeout
  memory_mib               = each.value.memory_mib
  log_retention_days       = var.log_retention_days
  permissions_boundary_arn = var.permissions_boundary_arn
  policy_json              = data.aws_iam_policy_document.ingest[each.key].json

  environment = {
    INGEST = each.value.settings
    STREAM = module.stream[each.key].name
    BUCKET = local.buckets[each.key].name
  }
}

module "schedule" {
  source   = "./modules/schedule"
  for_each = local.ingests

  name          = "${var.name_prefix}-${each.value.function}"
  expression    = each.value.schedule
  function_name = module.ingest[each.key].name
  function_arn  = module.ingest[each.key].arn
}
