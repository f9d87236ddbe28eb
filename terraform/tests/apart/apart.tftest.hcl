# What one pipeline makes is no other's, and neither is what the deployment makes for itself: each file of
# this folder names the sentences that are printed of it, or never. `cargo xtask test --only terraform` compares.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
}

run "what_another_makes_is_refused" {
  command = plan
  variables {
    name_prefix = "acme"
    pipelines   = "tests/apart"
  }
}
