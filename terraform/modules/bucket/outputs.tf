output "name" {
  description = "The bucket's name."
  value       = aws_s3_bucket.this.bucket

  # Who writes into the bucket does so after it is private and encrypted. The policy comes later,
  # because it may name a distribution that is made for the bucket.
  depends_on = [aws_s3_bucket_public_access_block.this, aws_s3_bucket_server_side_encryption_configuration.this]
}

output "arn" {
  description = "The bucket's ARN."
  value       = aws_s3_bucket.this.arn
}

output "domain_name" {
  description = "The bucket's name in DNS, in its region."
  value       = aws_s3_bucket.this.bucket_regional_domain_name
}
