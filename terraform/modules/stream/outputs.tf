output "name" {
  description = "The stream's name."
  value       = aws_kinesis_stream.this.name
}

output "arn" {
  description = "The stream's ARN."
  value       = aws_kinesis_stream.this.arn
}
