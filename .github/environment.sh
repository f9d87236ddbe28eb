#!/usr/bin/env bash
# Refuses to go on when nothing protects the environment that deploys: GitHub makes one that is missing, without any rule.
set -euo pipefail

environment="$1"
settings="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/settings/environments"

if ! found="$(gh api "repos/$GITHUB_REPOSITORY/environments/$environment")"; then
  echo "the environment $environment is missing: make it in $settings, for the branch main alone and with reviewers, then run this again" >&2
  exit 1
fi
if ! jq -e '.deployment_branch_policy != null' <<< "$found" > /dev/null; then
  echo "the environment $environment is open to every branch, so that whoever may push may deploy: choose main alone in $settings" >&2
  exit 1
fi
if ! jq -e 'any(.protection_rules[]?; .type == "required_reviewers")' <<< "$found" > /dev/null; then
  echo "::warning::the environment $environment has no required reviewers: what is merged is applied without an approval"
fi
