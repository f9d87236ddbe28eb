output "arns" {
  description = "The ARN of each alarm, by what it watches."
  value       = { for alarm, resource in aws_cloudwatch_metric_alarm.this : alarm => resource.arn }
}
