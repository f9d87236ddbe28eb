# What every file in `pipelines/` becomes. Adding a pipeline is adding a file.

data "aws_region" "current" {}

data "aws_partition" "current" {}

locals {
  files     = { for file in fileset(var.pipelines, "*.yaml") : trimsuffix(file, ".yaml") => "${var.pipelines}/${file}" }
  pipelines = { for name, file in module.pipeline_file : name => file.pipeline }
  ingests   = { for name, pipeline in local.pipelines : name => pipeline.ingest if pipeline.ingest != null }

  # By their names alone, so that nothing waits for a bucket that does not need one that is there.
  buckets = { for name, deployed in local.deployed : name => {
    name = deployed.bucket
    arn  = "arn:${data.aws_partition.current.partition}:s3:::${deployed.bucket}"
  } }

  # What this deployment makes, as AWS calls it, and for whom. IAM and Lambda do not tell roles by their case.
  # The last two go with what they hold, so that they are kept from pipelines also while there are none.
  made = { for it in concat(
    [for name, file in local.files : { what = "stream ${local.deployed[name].stream}", for = file }],
    [for name, file in local.files : { what = "bucket ${local.deployed[name].bucket}", for = file } if !local.pipelines[name].existing_bucket],
    [for name, pipeline in local.pipelines : { what = "function ${var.name_prefix}-${lower(pipeline.process.function)}", for = local.files[name] }],
    [for name, ingest in local.ingests : { what = "function ${var.name_prefix}-${lower(ingest.function)}", for = local.files[name] }],
    local.kdg.enabled ? [{ what = "function ${var.name_prefix}-kdg", for = "the generator's page" }] : [],
    [
      { what = "bucket ${var.name_prefix}-kdg-page", for = "the generator's page" },
      { what = "bucket ${var.name_prefix}-query-results", for = "queries" },
    ],
  ) : it.what => it.for... }

  # Buckets that are there before: several pipelines may share one, and this deployment makes none of them.
  shared = { for name, file in local.files : "bucket ${local.deployed[name].bucket}" => file... if local.pipelines[name].existing_bucket }

  # What AWS would refuse in the middle of an apply, or what would go, or be shown, with somebody else's.
  repeated = [for what, for_whom in local.made : "${what} (${join(" and ", concat(for_whom, lookup(local.shared, what, [])))})"
    if length(for_whom) + length(lookup(local.shared, what, [])) > 1
  ]

  # Of any deployment: a bucket of the bootstrap's, whose state a pipeline could replace, and one that CloudFront shows.
  reserved = [for what, files in local.shared : "${what} (${join(" and ", files)})" if can(regex("^bucket (terraform-state-|.*-kdg-page$)", what))]

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
  how_to_delete = "-var 'delete_data_of=[\"${each.key}\"]'"
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

  # Records come from here on: the bucket is private and encrypted before.
  depends_on = [module.bucket]
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

  # As for the mapping.
  depends_on = [module.bucket]
}
