# A private bucket: encrypted, versioned, over TLS only, and never removed together with data by accident.

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV2_AWS_62:Nobody waits for a notification; the stream is what is subscribed to.
  #checkov:skip=CKV_AWS_144:A copy in another region is a decision about cost and law, and no default.
  #checkov:skip=CKV_AWS_18:Access logs double the number of requests that an object a record costs; CloudTrail is the account's choice.
  #checkov:skip=CKV_AWS_145:Without a key of one's own S3 encrypts with its own keys; var.kms_key_arn chooses another.
  bucket        = var.name
  force_destroy = var.delete_data
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    # One call of KMS for many objects.
    bucket_key_enabled = var.kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "clear"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.old_version_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }

    dynamic "expiration" {
      for_each = var.expire_days == null ? [] : [var.expire_days]

      content {
        days = expiration.value
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  dynamic "statement" {
    for_each = length(var.readers) == 0 ? [] : [var.readers]

    content {
      sid       = "Readers"
      actions   = ["s3:GetObject", "s3:ListBucket"]
      resources = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]

      principals {
        type        = "AWS"
        identifiers = statement.value
      }
    }
  }

  dynamic "statement" {
    for_each = var.distributions

    content {
      sid       = "Distribution${title(statement.key)}"
      actions   = ["s3:GetObject"]
      resources = ["${aws_s3_bucket.this.arn}/*"]

      principals {
        type        = "Service"
        identifiers = ["cloudfront.amazonaws.com"]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceArn"
        values   = [statement.value]
      }
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = data.aws_iam_policy_document.this.json

  # Otherwise S3 may see both at once, and refuses one of them.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

# It depends on everything else of the bucket and is therefore destroyed first: it refuses while
# nothing is lost yet, also when the bucket only gets another name.
resource "terraform_data" "keep" {
  triggers_replace = var.name
  input            = { bucket = var.name, delete_data = var.delete_data, how = var.how_to_delete }

  # The sentence is the command, so that Terraform prints it, once; the shell that refuses does not read it.
  provisioner "local-exec" {
    when        = destroy
    quiet       = true
    interpreter = self.input.delete_data ? null : ["sh", "-c", "exit 1"]
    command = self.input.delete_data ? "exit 0" : join("", [
      "the bucket ${self.input.bucket} is kept with its data. To delete both, undo what removes or renames it, ",
      "apply with ${self.input.how}, then repeat this; to keep it and forget it here, terraform state rm its module",
    ])
  }

  depends_on = [
    aws_s3_bucket_policy.this,
    aws_s3_bucket_lifecycle_configuration.this,
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
  ]
}
