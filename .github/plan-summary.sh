#!/usr/bin/env bash
# Says what terraform/plan.tfplan changes: whole in the log of the step, and in the step's summary what is refused,
# what Terraform warns of, a line for each change, what is lost first, and below them the plan as far as there is room.
# Fails when an apply would be refused. The warnings are in the file that is named first.
set -euo pipefail

# GitHub drops a summary of more than 1 MiB ("Workflow commands for GitHub Actions", step isolation and limits).
room="${SUMMARY_BYTES:-1000000}"

files="$(mktemp -d)"
trap 'rm -r "$files"' EXIT

terraform -chdir=terraform show -no-color plan.tfplan > "$files/plan"
cat "$files/plan"
terraform -chdir=terraform show -json plan.tfplan > "$files/json"

# What terraform/keep.tf would only say in the middle of the apply.
jq -r '
  [.resource_changes[]? | select((.address | startswith("terraform_data.keep[")) and (.change.actions | index("delete")))
    | {pipeline: .index, leave: .change.before.input.delete_data, before: .change.before}]
  | sort_by(.pipeline)
  | (map(select(.leave != true).pipeline)[]
    | "refused: the pipeline \(.) cannot be removed or renamed, because it is kept with its data; to delete that, first apply with \"\(.)\" in delete_data_of, its file and name_prefix being as they were"),
    (map(select(.leave == true and .before.triggers_replace.existing_bucket != true).pipeline)[]
    | "deletes: what the stream and the bucket of the pipeline \(.) hold; the role that deploys may empty the bucket only if the bootstrap was applied with may_delete_data=true, and stops half-way otherwise")
' "$files/json" > "$files/removals"
cat "$files/removals"

jq -r '
  # What of a resource changes, by name alone: a value may be secret.
  def changed: . as $change
    | [(.before // {}, .after // {}, .after_unknown // {}) | objects | keys[]] | unique
    | map(select(. as $name | $change.before[$name] != $change.after[$name] or ($change.after_unknown[$name] // false) == true))
    | join(", ");
  def verb: {"create": "create", "update": "update", "delete": "destroy", "forget": "forget"}[.[0]] // .[0];
  ["destroy", "replace", "forget", "update", "create"] as $verbs
  | [.resource_changes[]? | select(.change.actions != ["no-op"] and .change.actions != ["read"]) | {
      address,
      verb: (if (.change.actions | length) > 1 then "replace" else (.change.actions | verb) end),
      what: (if .change.actions | . == ["update"] or length > 1 then " (\(.change | changed))" else "" end),
    }]
  | . as $changes
  | [$verbs[] as $verb | {$verb, count: ($changes | map(select(.verb == $verb)) | length)} | select(.count > 0)] as $counts
  | (if $counts == [] then "No resource changes." else ($counts | map("\(.count) to \(.verb)") | join(", ")) end),
    "",
    ($verbs[] as $verb | $changes | map(select(.verb == $verb)) | sort_by(.address)[] | "\(.verb | . + " " * (8 - length))\(.address)\(.what)")
' "$files/json" > "$files/changes"

{
  sed 's/.*/**&**\n/' "$files/removals"
  echo "**$(head -n 1 "$files/changes")**"
  echo '````terraform'
  cat "$1"
  tail -n +3 "$files/changes"
  echo
  cat "$files/plan"
} > "$files/summary"

if [ "$(wc -c < "$files/summary")" -le "$room" ]; then
  cat "$files/summary"
  echo '````'
else
  # The last line may be half of one.
  head -c "$room" "$files/summary" | sed '$d'
  echo '````'
  echo "The plan is longer than GitHub takes of a summary and ends here: the log of this step, in $GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID, has all of it."
fi >> "$GITHUB_STEP_SUMMARY"

if grep -q '^refused: ' "$files/removals"; then
  exit 1
fi
