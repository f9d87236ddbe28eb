# Nothing of a pipeline goes, and nothing is made anew under another name, without leave.

# It depends on everything that is provisioned and is therefore destroyed first: it refuses while
# the stream, the bucket and what moves records between them are all still there.
resource "terraform_data" "keep" {
  for_each = local.pipelines

  triggers_replace = merge(local.deployed[each.key], { existing_bucket = each.value.existing_bucket })

  input = {
    pipeline = each.key
    holds    = each.value.existing_bucket ? "the records of its stream" : "the records of its stream and the objects of its bucket ${local.deployed[each.key].bucket}"
    addresses = join(" ", [for resource in each.value.existing_bucket ? ["terraform_data.keep", "module.stream"] : ["terraform_data.keep", "module.stream", "module.bucket"] :
      "\\0047${resource}[\"${each.key}\"]\\0047"
    ])
    delete_data = contains(var.delete_data_of, each.key)
  }

  # Names of pipelines, streams and buckets have no apostrophe, and \0047 is one to the shell.
  provisioner "local-exec" {
    when = destroy
    command = self.input.delete_data ? "exit 0" : join("", [
      "printf '%b\\n' 'the pipeline ${self.input.pipeline} is kept, with ${self.input.holds}. ",
      "To delete them, undo what removes or renames it, apply with -var \\0047delete_data_of=[\"${self.input.pipeline}\"]\\0047, ",
      "then repeat this; to keep them and forget them here, ",
      "terraform state rm ${self.input.addresses}' >&2; exit 1",
    ])
  }

  depends_on = [
    aws_sns_topic_policy.alarms,
    aws_sns_topic_subscription.alarms,
    module.alarms,
    module.analytics,
    module.bucket,
    module.dashboard,
    module.ingest,
    module.kdg,
    module.mapping,
    module.process,
    module.result_bucket,
    module.schedule,
    module.stream,
  ]
}
