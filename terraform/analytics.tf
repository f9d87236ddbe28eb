# Tables over what pipelines with layout `batch` store, and queries that work at once.

locals {
  tables        = { for name, pipeline in local.pipelines : name => pipeline.table if pipeline.table != null }
  has_analytics = local.analytics.enabled && length(local.tables) > 0
}

module "result_bucket" {
  source   = "./modules/bucket"
  for_each = toset(local.has_analytics ? ["analytics"] : [])

  name = "${var.name_prefix}-query-results"
  # Every result can be had again by its query.
  delete_data      = true
  old_version_days = 1
  expire_days      = local.analytics.result_days
  kms_key_arn      = var.kms_key_arn
}

module "analytics" {
  source   = "./modules/analytics"
  for_each = toset(local.has_analytics ? ["analytics"] : [])

  name             = "${var.name_prefix}-sluice"
  result_bucket    = module.result_bucket[each.key].name
  kms_key_arn      = var.kms_key_arn
  scan_limit_bytes = local.analytics.scan_limit_gib * 1024 * 1024 * 1024
  first_day        = local.analytics.tables_begin_with
  tables = { for name, table in local.tables : name => merge(table, {
    description = local.pipelines[name].description
    bucket      = local.buckets[name].name
  }) }
}
