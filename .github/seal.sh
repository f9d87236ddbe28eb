#!/usr/bin/env bash
# Seals terraform/plan.tfplan for those who may read the state, or opens it again: `seal.sh seal` and `seal.sh open`.
# A plan has the whole state in it, and an artifact is for whoever may read the repository.
set -euo pipefail

plan=terraform/plan.tfplan
backend=terraform/.terraform/terraform.tfstate
bucket="$(jq -r .backend.config.bucket "$backend")"
state="$(jq -r .backend.config.key "$backend")"

# It lies beside the state; terraform/bootstrap has put it there.
if ! PLAN_KEY="$(aws s3 cp "s3://$bucket/${state%/*}/plan.key" -)" || [ -z "$PLAN_KEY" ]; then
  echo "there is no key for plans in the bucket of the state: apply terraform/bootstrap again" >&2
  exit 1
fi
export PLAN_KEY

case "$1" in
  seal) openssl enc -aes-256-cbc -pbkdf2 -salt -pass env:PLAN_KEY -in "$plan" -out "$plan.sealed" ;;
  open) openssl enc -d -aes-256-cbc -pbkdf2 -pass env:PLAN_KEY -in "$plan.sealed" -out "$plan" ;;
  *) exit 2 ;;
esac
