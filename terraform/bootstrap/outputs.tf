output "backend" {
  description = "The file terraform/backend.tf, to be committed: where the state is, with locks of S3 itself."
  value       = <<-END
    terraform {
      backend "s3" {
        bucket       = "${module.state.name}"
        key          = "${local.state_key}"
        region       = "${local.region}"
        encrypt      = true
        use_lockfile = true
      }
    }
  END
}

output "variables" {
  description = "The variables of the repository that the workflows read, by name."
  value = {
    AWS_REGION               = local.region
    AWS_PLAN_ROLE_ARN        = aws_iam_role.this["plan"].arn
    AWS_DEPLOY_ROLE_ARN      = aws_iam_role.this["deploy"].arn
    NAME_PREFIX              = var.name_prefix
    PERMISSIONS_BOUNDARY_ARN = aws_iam_policy.boundary.arn
  }
}
