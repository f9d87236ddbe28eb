output "id" {
  description = "The mapping's id, which its metrics have as a dimension."
  value       = aws_lambda_event_source_mapping.this.uuid
}
