# Of what `terraform plan -json` prints: the warnings or errors, in words. Terraform's snippets stay out, because they
# show the values of the expressions that they quote.
fromjson? | .diagnostic? // empty | select(.severity == $severity)
| "\(if .severity == "error" then "Error" else "Warning" end): \(.summary)",
  (if .address then "  with \(.address)" else empty end),
  (if .range then "  on \(.range.filename) line \(.range.start.line)" else empty end),
  ((.detail // "") | select(. != "") | split("\n")[] | "  \(.)"),
  ""
