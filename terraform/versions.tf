terraform {
  required_version = ">= 1.10" # native locks of the state in S3

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  default_tags {
    tags = merge({ Application = "sluice", Deployment = var.name_prefix }, var.tags)
  }
}
