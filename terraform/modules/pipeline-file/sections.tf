# The rules of single sections: programs, schedules and addresses, keys, and the types of columns.

locals {
  of_processing = [
    {
      wrong = local.text["process.schema"] != null && !local.schema_is_beside
      say   = "process.schema names a file beside this one, such as orders.schema.json, and not ${jsonencode(local.text["process.schema"])}"
    },
    {
      wrong = local.schema_is_beside && local.schema == null
      say   = "process.schema: ${jsonencode(local.text["process.schema"])} is not there or is no JSON; create or correct it"
    },
    {
      wrong = local.text["generate.template"] != null && !(local.template_is_beside && try(fileexists("${dirname(var.path)}/${local.text["generate.template"]}"), false))
      say   = "generate.template names a file beside this one, which is there, and not ${jsonencode(local.text["generate.template"])}"
    },
    {
      wrong = anytrue([for bytes in values(local.bytes) : bytes > 4096])
      say   = "the variables of a function may have 4096 bytes, and these would have more: ${jsonencode(local.bytes)}; shorten process.program, process.schema or ingest.program"
    },
    {
      wrong = local.text["ingest.function"] != null && try(lower(local.text["ingest.function"]) == lower(local.text["process.function"]), false)
      say   = "ingest.function is the function of process already; give it its own"
    },
  ]

  template_is_beside = (
    can(regex("^[^/]+(/[^/]+)*$", local.text["generate.template"])) && !can(regex("(^|/)\\.\\.?(/|$)", local.text["generate.template"]))
  )

  # "Using cron and rate expressions to schedule rules", eventbridge/latest/userguide/eb-scheduled-rule-pattern.html.
  cron_number = {
    minute = "[0-5]?[0-9]"
    hour   = "(?:[01]?[0-9]|2[0-3])"
    day    = "(?:0?[1-9]|[12][0-9]|3[01])"
    month  = "(?:0?[1-9]|1[0-2]|(?i:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC))"
    week   = "(?:[1-7]|(?i:SUN|MON|TUE|WED|THU|FRI|SAT))"
    year   = "(?:19[7-9][0-9]|2[01][0-9][0-9])"
  }
  cron_item = { for field, number in local.cron_number : field => "(?:\\*|${number}(?:-${number})?)(?:/0*[1-9][0-9]*)?" }
  cron_list = { for field, item in local.cron_item : field => "${item}(?:,${item})*" }
  cron_days = join("", [
    "(?:(?:L|LW|${local.cron_number.day}W|${local.cron_list.day})\\s+${local.cron_list.month}\\s+\\?",
    "|\\?\\s+${local.cron_list.month}\\s+(?:L|${local.cron_number.week}(?:L|#[1-5])|${local.cron_list.week}))",
  ])
  cron  = "^cron\\(\\s*${local.cron_list.minute}\\s+${local.cron_list.hour}\\s+${local.cron_days}\\s+${local.cron_list.year}\\s*\\)$"
  never = "^cron\\(\\s*\\S+\\s+\\S+\\s+(?:(?:30|31)\\s+(?i:0?2|FEB)|31\\s+(?i:0?[469]|11|APR|JUN|SEP|NOV))\\s"
  rate  = "^rate\\(\\s*(?:1\\s+(?:minute|hour|day)|(?:[2-9]|[1-9][0-9]{1,6})\\s+(?:minutes|hours|days))\\s*\\)$"

  address = coalesce(local.text["ingest.url"], "https://example.com/")
  step    = "(?:[A-Za-z0-9_@-]+|\"[^\"]+\"|\\[\\s*[0-9]{1,9}\\s*\\])"

  of_ingest = local.ingest == null ? [] : [
    {
      wrong = !can(regex(local.cron, local.text["ingest.schedule"])) && !can(regex(local.rate, local.text["ingest.schedule"])) && local.text["ingest.schedule"] != null
      say   = "ingest.schedule is such as rate(1 minute), rate(5 minutes) or cron(0 10 ? * MON-FRI *), with six fields of which one day is `?`, and not ${jsonencode(local.text["ingest.schedule"])}"
    },
    {
      wrong = can(regex(local.never, local.text["ingest.schedule"]))
      say   = "ingest.schedule names a day that no such month has: ${jsonencode(local.text["ingest.schedule"])}"
    },
    {
      wrong = !can(regex("^(?i:https://[^/?#\\s]+|http://(?:localhost|127\\.[0-9.]+|\\[::1\\])(?::[0-9]+)?)(?:[/?#]\\S*)?$", local.address))
      say   = "ingest.url is a whole address with https, such as https://randomuser.me/api/?results=100; http is for this machine alone"
    },
    {
      wrong = can(regex("^[^/]*//[^/?#]*@", local.address))
      say   = "ingest.url holds a user name or a password, which anybody who sees the file can read; use an API that needs none"
    },
    {
      wrong = !contains(["", "."], coalesce(local.text["ingest.records"], ".")) && !can(regex("^\\.${local.step}(?:\\.${local.step}|\\[\\s*[0-9]{1,9}\\s*\\])*$", local.text["ingest.records"]))
      say   = "ingest.records is a path as in VRL, such as .results or .data.items, and `.` for the answer itself"
    },
    {
      wrong = local.text["ingest.partition_key"] == null ? false : local.text["ingest.partition_key"] == "even" || local.text["ingest.partition_key"] == "" || can(regex("[[\"]|\\{\\{\\s*[%}]|\\{\\{[^}]*$", local.text["ingest.partition_key"]))
      say   = "ingest.partition_key names a field of the API's record, such as `{{ login.uuid }}` or `{{ items.0.id }}`, or is `random`"
    },
  ]

  # The key with a letter for each thing that differs from record to record.
  plain   = replace(replace(local.key, "/\\{\\{[^}]*\\}\\}/", "x"), "%%", "x")
  known   = "%[-_0]?[YCyqmbBhdeaAwuUWGgVjDxFvHkIlPpMSfRTXrZzcs+]|%\\.?[369]?f|%:{1,3}z|%#z"
  outline = replace(local.plain, "/${local.known}/", "x")
  is_time = can(regex(local.known, local.plain))
  parts   = split("/", local.layout == "batch" ? trimsuffix(local.outline, "/") : local.outline)
  begins  = local.layout == "batch" ? "${trimsuffix(local.outline, "/")}/" : local.outline
  names   = [for name in flatten(regexall("\\{\\{([^}]*)\\}\\}", local.key)) : trimspace(name)]
  has_key = local.text["object.key"] != null

  of_objects = [
    {
      wrong = local.has_key && anytrue([for part in local.parts : contains(["", ".", ".."], part)])
      say   = "object.key is empty, or has an empty part, `.` or `..` between its slashes; write it such as data/{{ id }}.json"
    },
    {
      wrong = local.has_key && local.layout == "batch" && !endswith(local.key, "/")
      say   = "object.key of layout batch names a folder and ends with `/`, such as events/dt=%Y-%m-%d/hour=%H/"
    },
    {
      wrong = startswith(local.begins, "quarantine/") || startswith(local.begins, "aws/lambda/")
      say   = "object.key begins with what is kept for quarantined records or for Lambda; begin it with anything but quarantine/ or aws/lambda/"
    },
    {
      wrong = can(regex("%", local.outline)) || can(regex("%[nt]", local.plain)) || can(regex("[[:cntrl:]]", local.key))
      say   = "object.key has a specifier that strftime does not know, or would hold a control character; use such as %Y, %m, %d and %H, and %% for a percent sign"
    },
    {
      wrong = strcontains(local.outline, "{{") || contains(local.names, "")
      say   = "object.key has braces without an end, or that name nothing; name a field, such as {{ user_id }}"
    },
    {
      wrong = anytrue([for name in local.names : startswith(name, "%") && !contains(["%sequence_number", "%shard_id", "%partition_key", "%uuid"], name)])
      say   = "object.key names what is not known of a record; use {{ %sequence_number }}, {{ %shard_id }}, {{ %partition_key }} or {{ %uuid }}"
    },
    {
      wrong = local.layout == "batch" && (contains(local.names, "%sequence_number") || contains(local.names, "%uuid"))
      say   = "object.key would give each record an object of its own; remove %sequence_number and %uuid, or choose layout record"
    },
    {
      wrong = local.layout == "batch" && try(local.object.on_collision, null) != null
      say   = "object.on_collision is for layout record; remove it"
    },
    {
      wrong = local.layout != "batch" && (try(local.object.compression, null) != null || try(local.object.id, null) != null)
      say   = "object.compression and object.id are for layout batch; remove them, or choose that layout"
    },
    {
      wrong = local.text["object.timestamp"] != null && !local.is_time
      say   = "object.timestamp is not used, because object.key has no specifier such as %Y; remove it, or add some"
    },
    {
      wrong = local.text["object.timestamp"] == null && try(local.object.late_after_seconds, null) != null
      say   = "object.late_after_seconds is not used without object.timestamp; remove it, or name the field of the record's own time"
    },
    {
      wrong = try(local.object.late_after_seconds, null) == null && try(local.object.on_late, null) != null
      say   = "object.on_late is not used without object.late_after_seconds; remove it, or add that"
    },
  ]

  id = local.text["object.id"] == null ? "_id" : local.text["object.id"]

  # Columns as the table calls them.
  called = [for name in concat(local.id == "" ? [] : [local.id], keys(local.columns)) : replace(lower(name), "/[^a-z0-9_]/", "_")]

  of_tables = concat(
    [
      {
        wrong = can(keys(local.file.table)) && local.layout != "batch"
        say   = "table is for layout batch; remove it, or choose that layout"
      },
      {
        wrong = can(keys(local.file.table)) && !can(keys(local.table.columns))
        say   = "table.columns is missing, or has no fields; name each column with its type"
      },
      {
        wrong = length(distinct(local.called)) < length(local.called)
        say   = "table.columns has a name twice, or that of the record's identity, once they are written in small letters, digits and `_`: ${join(", ", local.called)}; choose others, or another object.id"
      },
    ],
    [for column, type in local.columns : {
      wrong = !local.is_type[column]
      say   = "table.columns.${column} is a type of Athena's, such as string, bigint, decimal(10,2), array<string> or struct<id:bigint>, and not ${try("\"${type}\"", jsonencode(type))}"
    }],
  )
}
