output "pipelines" {
  description = "Each pipeline's stream, bucket and functions, as they are called in this deployment."
  value = { for name in keys(local.pipelines) : name => {
    stream  = module.stream[name].name
    bucket  = local.buckets[name].name
    process = module.process[name].name
    ingest  = try(module.ingest[name].name, null)
  } }

  precondition {
    condition     = length(local.repeated) == 0
    error_message = "one would take what another makes: ${join(", ", local.repeated)}; give each a name of its own, and make a bucket that several pipelines share before, outside of this deployment, with existing_bucket: true in each file"
  }

  precondition {
    condition     = length(local.reserved) == 0
    error_message = "what Terraform keeps its state in, or CloudFront shows to everybody, is no bucket for records: ${join(", ", local.reserved)}; name another"
  }

  precondition {
    condition     = length(local.tabled) == 0
    error_message = "${join(" and ", local.tabled)} in ${var.pipelines} would have a table over a folder that another pipeline fills too; begin object.key with a folder of its own in one of the files"
  }
}

output "send" {
  description = "The command that sends test records into each pipeline, to be run in the folder of the apply."
  value = { for name in keys(local.pipelines) : name =>
    "sluice send ${local.of_pipelines} --pipeline ${name} --stream ${module.stream[name].name} --records 100"
  }
}

output "look" {
  description = "The commands that show what has arrived, and whether everything has, to be run in the folder of the apply."
  value = { for name in keys(local.pipelines) : name => [
    "aws s3 ls --recursive s3://${local.buckets[name].name}/",
    "sluice reconcile ${local.of_pipelines} --pipeline ${name} --stream ${module.stream[name].name} --bucket ${local.buckets[name].name} --wait 60",
  ] }
}

output "kdg" {
  description = "The page of the Kinesis Data Generator, its bucket, and the distribution to invalidate after an upload; null when there is none."
  value = !local.kdg.enabled ? null : {
    url             = module.kdg["kdg"].url
    bucket          = module.kdg["kdg"].bucket
    distribution_id = module.kdg["kdg"].distribution_id
  }

  precondition {
    condition     = !local.kdg.enabled || data.aws_partition.current.partition == "aws"
    error_message = "the partition ${data.aws_partition.current.partition} has no CloudFront that serves the generator's page from an address of its own: deploy with -var 'kdg={enabled=false}'"
  }
}

output "analytics" {
  description = "The workgroup and the database of the saved queries, and the table of each pipeline; null when there are none."
  value = !local.has_analytics ? null : {
    workgroup = module.analytics["analytics"].workgroup
    database  = module.analytics["analytics"].database
    tables    = module.analytics["analytics"].tables
  }
}

output "dashboard" {
  description = "The dashboard's address."
  value = format(
    "https://%s/cloudwatch/home?region=%s#dashboards/dashboard/%s",
    lookup(local.consoles, data.aws_partition.current.partition, "console.${data.aws_partition.current.dns_suffix}"),
    data.aws_region.current.name,
    module.dashboard.name,
  )
}

locals {
  # The folder as the variable has it, and not as this machine alone has it: another one plans the same.
  of_pipelines = "--pipelines ${can(regex("^[A-Za-z0-9_./-]+$", var.pipelines)) ? var.pipelines : "'${replace(var.pipelines, "'", "'\\''")}'"}"

  # Consoles have names of their own ("AWS service endpoints", general/latest/gr/aws-service-information.html).
  consoles = {
    aws        = "console.aws.amazon.com"
    aws-cn     = "console.amazonaws.cn"
    aws-us-gov = "console.amazonaws-us-gov.com"
  }
}
