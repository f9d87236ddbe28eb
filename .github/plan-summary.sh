#!/usr/bin/env bash
# Says what terraform/plan.tfplan changes: whole in the log of the step, and in the step's summary a line for each
# change, what is lost first, and below them the plan as far as there is room.
set -euo pipefail

# GitHub drops a summary of more than 1 MiB ("Workflow commands for GitHub Actions", step isolation and limits).
room="${SUMMARY_BYTES:-1000000}"

files="$(mktemp -d)"
trap 'rm -r "$files"' EXIT

terraform -chdir=terraform show -no-color plan.tfplan > "$files/plan"
cat "$files/plan"

terraform -chdir=terraform show -json plan.tfplan | jq -r '
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
' > "$files/changes"

{
  echo "**$(head -n 1 "$files/changes")**"
  echo '````terraform'
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
