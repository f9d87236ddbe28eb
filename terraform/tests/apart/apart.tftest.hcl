# Each file of this folder is refused with the sentences that it says itself. `cargo xtask test
# --only terraform` runs it, and compares what is printed.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
}

run "apart" {
  command = plan
  variables {
    name_prefix = "acme"
    pipelines   = "tests/apart"
  }
}
