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

output "own_backend" {
  description = "The file terraform/bootstrap/backend.tf, to be committed: this folder's own state goes into the bucket that it has made, by terraform init -migrate-state, where neither role may read or write it."
  value       = <<-END
    terraform {
      backend "s3" {
        bucket       = "${module.state.name}"
        key          = "${local.own_state_key}"
        region       = "${local.region}"
        encrypt      = true
        use_lockfile = true
      }
    }
  END
}

output "deployment" {
  description = "The file terraform/deployment.auto.tfvars, to be committed: what the deployment has to know of all this. Its other variables, such as kdg and alarms, are added there, where workflows and people read them."
  value = join("", [for name, value in {
    kms_key_arn              = var.kms_key_arn
    name_prefix              = var.name_prefix
    permissions_boundary_arn = aws_iam_policy.boundary.arn
  } : format("%-24s = %s\n", name, jsonencode(value)) if value != null])
}

output "variables" {
  description = "The variables of the repository that the workflows read, by name: who they are. What they deploy is in terraform/deployment.auto.tfvars."
  value = {
    AWS_REGION          = local.region
    AWS_PLAN_ROLE_ARN   = aws_iam_role.this["plan"].arn
    AWS_DEPLOY_ROLE_ARN = aws_iam_role.this["deploy"].arn
  }
}
