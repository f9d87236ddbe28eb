#!/usr/bin/env bash
# Plans into terraform/plan.tfplan with the options that follow, and has the plan and its warnings summarized by the
# script that is named first. The step's output `changes` tells whether there is anything to apply.
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
summarize="$here/$1"
shift

files="$(mktemp -d)"
trap 'rm -r "$files"' EXIT

code=0
terraform -chdir=terraform plan -json -detailed-exitcode -out=plan.tfplan "$@" > "$files/lines" || code=$?
jq -rR --arg severity error -f "$here/diagnostics.jq" "$files/lines" >&2
jq -rR --arg severity warning -f "$here/diagnostics.jq" "$files/lines" > "$files/warnings"
cat "$files/warnings"
case "$code" in
  0) changes=false ;;
  2) changes=true ;;
  *) exit "$code" ;;
esac
echo "changes=$changes" >> "${GITHUB_OUTPUT:-/dev/null}"

"$summarize" "$files/warnings"
