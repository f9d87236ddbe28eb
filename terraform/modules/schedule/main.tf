# Runs a function by the clock.

resource "aws_cloudwatch_event_rule" "this" {
  name                = var.name
  description         = "Runs ${var.function_name}"
  schedule_expression = var.expression
}

resource "aws_cloudwatch_event_target" "this" {
  rule = aws_cloudwatch_event_rule.this.name
  arn  = var.function_arn
}

resource "aws_lambda_permission" "this" {
  statement_id  = "schedule"
  action        = "lambda:InvokeFunction"
  function_name = var.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.this.arn
}

# Lambda's own defaults, said aloud: a run that fails is repeated after one minute and after two.
resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = var.function_name
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 3600
}
