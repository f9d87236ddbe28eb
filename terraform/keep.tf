# Nothing of a pipeline goes, and nothing is made anew under another name, without leave.

# It depends on everything that is provisioned and is therefore destroyed first: it refuses while
# the stream, the bucket and what moves records between them are all still there.
resource "terraform_data" "keep" {
  for_each = local.pipelines

  triggers_replace = merge(local.deployed[each.key], { existing_bucket = each.value.existing_bucket })

  # A plan shows all of it when it would destroy this: `destroy` is for who reads the plan.
  input = {
    pipeline    = each.key
    stream      = local.deployed[each.key].stream
    bucket      = each.value.existing_bucket ? "" : local.deployed[each.key].bucket
    delete_data = contains(var.delete_data_of, each.key)
    destroy = (contains(var.delete_data_of, each.key)
      ? "allowed by delete_data_of, with all that the stream and the bucket hold"
      : "REFUSED by apply, until you have applied -var 'delete_data_of=[\"${each.key}\"]' with the pipeline as it was"
    )
  }

  # The sentence is the command, so that Terraform prints it, once; the shell that refuses does not read it.
  provisioner "local-exec" {
    when        = destroy
    quiet       = true
    interpreter = self.input.delete_data ? null : ["sh", "-c", "exit 1"]
    command = self.input.delete_data ? "exit 0" : try(join("\n", concat(
      [
        "the pipeline ${self.input.pipeline} is kept, with the records of its stream ${self.input.stream}${self.input.bucket == "" ? "" : " and the objects of its bucket ${self.input.bucket}"}.",
        "To delete them, undo what removes or renames it, apply with -var 'delete_data_of=[\"${self.input.pipeline}\"]', then repeat this.",
        "To keep them and forget them here:",
        join(" ", concat(
          ["  terraform state rm 'terraform_data.keep[\"${self.input.pipeline}\"]' 'module.stream[\"${self.input.pipeline}\"]'"],
          self.input.bucket == "" ? [] : ["'module.bucket[\"${self.input.pipeline}\"]'"],
        )),
        "To take them back after that, put the file back as it was, and before the next apply:",
        "  terraform import 'module.stream[\"${self.input.pipeline}\"].aws_kinesis_stream.this' ${self.input.stream}",
      ],
      self.input.bucket == "" ? [] : [
        "  terraform import 'module.bucket[\"${self.input.pipeline}\"].aws_s3_bucket.this' ${self.input.bucket}",
        "or, instead of the last line, existing_bucket: true and bucket: ${self.input.bucket} in the file.",
      ],
      # A state of before names no stream and no bucket.
    )), "the pipeline ${self.input.pipeline} is kept with its data; undo what removes or renames it, apply, then repeat this to read how it goes")
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
