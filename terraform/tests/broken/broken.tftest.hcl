# Files that cannot be read name their line, and what says more. `cargo xtask test --only terraform`
# compares what is printed with what each file says.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
}

run "what_cannot_be_read_is_refused" {
  command = plan
  variables {
    name_prefix = "acme"
    pipelines   = "tests/broken"
  }
}
