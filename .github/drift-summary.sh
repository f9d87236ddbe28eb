#!/usr/bin/env bash
# Says what has changed outside Terraform since the last deployment, of a plan by -refresh-only in terraform/plan.tfplan,
# and fails when something has. The warnings are in the file that is named first.
set -euo pipefail

files="$(mktemp -d)"
trap 'rm -r "$files"' EXIT

terraform -chdir=terraform show -json plan.tfplan | jq -r '
  # What Terraform left out may come back empty.
  def said: walk(if type == "object" then with_entries(select(.value | IN(null, "", [], {}) | not))
      elif type == "array" then map(select(IN(null, "", [], {}) | not)) else . end)
    | if IN(null, "", [], {}) then null else . end;
  # What the configuration sets of each resource, by its address without keys.
  def settings($path): (.resources[]? | {key: "\($path)\(.address)", value: (.expressions // {} | keys)}),
    ((.module_calls // {}) | to_entries[] | .key as $call | .value.module | settings("\($path)module.\($call)."));
  (.configuration.root_module | [settings("")] | from_entries) as $settings
  | [.resource_drift[]?
    | (.address | gsub("\\[(\"[^\"]*\"|[0-9]+)\\]"; "")) as $written
    | .change as $change
    | {
        address,
        verb: (if .change.actions == ["delete"] then "gone" else "changed" end),
        # Other attributes AWS moves by itself. Blocks that are dynamic are none of the settings, and neither are
        # the tags that the provider adds to all.
        what: [($settings[$written] // [])[], ("ordered_cache_behavior", "partition_keys", "tags_all")
          | select(($change.before[.]? | said) != ($change.after[.]? | said))] | unique,
      }
    | select(.verb == "gone" or .what != [])]
  | (if . == [] then "Nothing has changed outside Terraform." else "\(length) changed outside Terraform" end),
    "",
    (sort_by(.verb == "changed", .address)[] | if .verb == "gone" then "gone    \(.address)" else "changed \(.address) (\(.what | join(", ")))" end)
' > "$files/drift"
cat "$files/drift"

{
  echo "**$(head -n 1 "$files/drift")**"
  echo '````text'
  cat "$1"
  tail -n +3 "$files/drift"
  echo '````'
  echo 'Compared is what AWS has with what the last deployment left, so a merge that waits for its approval is no drift. Seen is what is gone and what Terraform sets of the rest, not what was added beside it. The next deployment puts it back; its plan shows how.'
} >> "$GITHUB_STEP_SUMMARY"

if [ -n "$(tail -n +3 "$files/drift")" ]; then
  exit 1
fi
