# From the key of a pipeline's objects to the partitions of its table, and from its schema to the columns.

locals {
  # JSON Schema → Athena; what has an inner structure is read as JSON text.
  types = { string = "string", integer = "bigint", number = "double", boolean = "boolean" }

  # What a folder of one specifier holds.
  numbers = {
    "%Y" = { range = "${substr(var.first_day, 0, 4)},2100", digits = "4", name = "year" }
    "%m" = { range = "1,12", digits = "2", name = "month" }
    "%d" = { range = "1,31", digits = "2", name = "day" }
    "%H" = { range = "0,23", digits = "2", name = "hour" }
    "%M" = { range = "0,59", digits = "2", name = "minute" }
    "%j" = { range = "1,366", digits = "3", name = "day_of_year" }
  }

  # %F is a whole day and %T a whole time ("strftime", as chrono has them).
  keys = { for pipeline, table in var.tables : pipeline => replace(table.key, "%F", "%Y-%m-%d") }

  # The folders of each key that differ from record to record; those before the first are the table's own.
  segments = { for pipeline, key in local.keys : pipeline => [for folder in split("/", trimsuffix(key, "/")) : {
    text   = folder
    varies = can(regex("[{%]", folder))
    # `name=value`, as Hive has it, or a value alone.
    name = try(regex("^([A-Za-z_][A-Za-z0-9_]*)=", folder)[0], "")
    spec = trimprefix(folder, try(regex("^[A-Za-z_][A-Za-z0-9_]*=", folder), ""))
  }] }

  partitions = { for pipeline, segments in local.segments : pipeline => [for place, segment in segments : {
    place = place
    name  = lower(segment.name != "" ? segment.name : try(local.numbers[segment.spec].name, "folder_${place}"))
    spec  = segment.spec
    kind = (
      contains(keys(local.numbers), segment.spec) ? "integer" :
      can(regex("%Y", segment.spec)) && can(regex("%m", segment.spec)) && (can(regex("%d", segment.spec)) || !can(regex("%[HM]", segment.spec))) && !can(regex("%[^YmdHM]|[{A-SU-Za-z]", replace(segment.spec, "/%[YmdHM]/", ""))) ? "date" :
      "injected"
    )
    written = segment.text
  } if segment.varies] }

  tables = { for pipeline, table in var.tables : pipeline => {
    name        = replace(pipeline, "-", "_")
    description = table.description
    bucket      = table.bucket
    folder      = try(regex("^[^{%]*/", local.keys[pipeline]), "")

    location = "s3://${table.bucket}/${join("/", [for place, segment in local.segments[pipeline] :
      segment.varies ? join("", [
        segment.name == "" ? "" : "${segment.name}=",
        "$${${[for partition in local.partitions[pipeline] : partition.name if partition.place == place][0]}}",
      ]) : segment.text
    ])}/"

    partitions = [for partition in local.partitions[pipeline] : {
      name = partition.name
      spec = partition.spec
      kind = partition.kind
      type = partition.kind == "integer" ? "int" : "string"
      projection = { for property, value in {
        type = partition.kind
        range = (
          partition.kind == "integer" ? local.numbers[partition.spec].range :
          partition.kind == "date" ? join(",", [
            replace(replace(replace(replace(replace(partition.spec,
              "%Y", substr(var.first_day, 0, 4)), "%m", substr(var.first_day, 5, 2)), "%d", substr(var.first_day, 8, 2)),
            "%H", "00"), "%M", "00"),
            # The clock of a producer may be fast.
            "NOW+1DAYS",
          ]) : null
        )
        digits = partition.kind == "integer" ? local.numbers[partition.spec].digits : null
        # Java's letters; a T in between is text, which is quoted there.
        format = partition.kind == "date" ? replace(replace(replace(replace(replace(replace(partition.spec,
        "T", "'T'"), "%Y", "yyyy"), "%m", "MM"), "%d", "dd"), "%H", "HH"), "%M", "mm") : null
        interval = partition.kind == "date" ? "1" : null
        "interval.unit" = partition.kind == "date" ? (
          strcontains(partition.spec, "%M") ? "MINUTES" : strcontains(partition.spec, "%H") ? "HOURS" : strcontains(partition.spec, "%d") ? "DAYS" : "MONTHS"
        ) : null
      } : property => value if value != null }
    }]

    columns = [for column in concat(
      table.id == "" ? [] : [{ field = table.id, type = "string" }],
      length(table.columns) > 0 ?
      [for field in sort(keys(table.columns)) : { field = field, type = table.columns[field] }] :
      [for field in sort(keys(table.properties)) : { field = field, type = lookup(local.types, table.properties[field], "string") }],
      ) : {
      field = column.field
      name  = replace(lower(column.field), "/[^a-z0-9_]/", "_")
      type  = column.type
      # A member that is called as a partition cannot be a column beside it.
    } if !contains([for partition in local.partitions[pipeline] : partition.name], lower(column.field))]
  } }
}
