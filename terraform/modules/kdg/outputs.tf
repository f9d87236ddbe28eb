output "url" {
  description = "The page."
  value       = "https://${aws_cloudfront_distribution.this.domain_name}/"
}

output "distribution_id" {
  description = "The distribution, to invalidate what it keeps."
  value       = aws_cloudfront_distribution.this.id
}

output "bucket" {
  description = "The page's bucket."
  value       = module.bucket.name
}

output "role_arn" {
  description = "What users may do."
  value       = aws_iam_role.this.arn
}
