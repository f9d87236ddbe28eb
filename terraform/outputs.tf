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
    error_message = "Two pipelines name the same stream, bucket or function: ${join(", ", local.repeated)}. Give each its own; a bucket that several share is made before, and has existing_bucket: true in each file."
  }
}

output "send" {
  description = "The command that sends test records into each pipeline."
  value = { for name in keys(local.pipelines) : name =>
    "sluice send --pipeline ${name} --stream ${module.stream[name].name} --records 100"
  }
}

output "look" {
  description = "The commands that show what has arrived, and whether everything has."
  value = { for name in keys(local.pipelines) : name => [
    "aws s3 ls --recursive s3://${local.buckets[name].name}/",
    "sluice reconcile --pipeline ${name} --stream ${module.stream[name].name} --bucket ${local.buckets[name].name} --wait 60",
  ] }
}

output "kdg" {
  description = "The page of the Kinesis Data Generator, its bucket, and the distribution to invalidate after an upload; null when there is none."
  value = !var.kdg.enabled ? null : {
    url             = module.kdg["kdg"].url
    bucket          = module.kdg["kdg"].bucket
    distribution_id = module.kdg["kdg"].distribution_id
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
  # Consoles have names of their own ("AWS service endpoints", general/latest/gr/aws-service-information.html).
  consoles = {
    aws        = "console.aws.amazon.com"
    aws-cn     = "console.amazonaws.cn"
    aws-us-gov = "console.amazonaws-us-gov.com"
  }
}
