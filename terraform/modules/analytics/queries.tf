# Queries that work at once: each reads the partitions of the last day only, where a partition is a day.

locals {
  # Athena's own date_format has %i for minutes. The time of a table is its first partition by date.
  by_date = { for pipeline, table in local.tables : pipeline => [for partition in table.partitions : {
    name   = partition.name
    format = replace(partition.spec, "%M", "%i")
  } if partition.kind == "date"] }

  # A partition that is no range has to be asked for by its value.
  injected = { for pipeline, table in local.tables : pipeline => [for partition in table.partitions : partition.name if partition.kind == "injected"] }

  recent = { for pipeline, table in local.tables : pipeline => join(" AND ", concat(
    [for partition in slice(local.by_date[pipeline], 0, min(1, length(local.by_date[pipeline]))) :
      "\"${partition.name}\" >= date_format(current_timestamp - INTERVAL '1' DAY, '${partition.format}')"
    ],
    length(local.by_date[pipeline]) > 0 ? [] : [for partition in table.partitions :
      "\"${partition.name}\" = CAST(date_format(current_timestamp, '${partition.spec}') AS INTEGER)" if contains(["%Y", "%m", "%d"], partition.spec)
    ],
    [for name in local.injected[pipeline] : "\"${name}\" = 'CHOOSE ONE'"],
    ["1 = 1"],
  )) }

  from = { for pipeline, table in local.tables : pipeline => "FROM \"${aws_glue_catalog_database.this.name}\".\"${table.name}\"\nWHERE ${trimsuffix(local.recent[pipeline], " AND 1 = 1")}" }

  queries = merge(
    { for pipeline, table in local.tables : "${pipeline}: latest" => {
      description = "A hundred records of the last day."
      sql         = "SELECT *\n${local.from[pipeline]}\nLIMIT 100"
    } },
    { for pipeline, table in local.tables : "${pipeline}: records per partition" => {
      description = "How many records each partition of the last day has."
      sql = join("\n", [
        "SELECT ${join(", ", concat([for partition in table.partitions : "\"${partition.name}\""], ["count(*) AS records"]))}",
        local.from[pipeline],
        length(table.partitions) == 0 ? "" : "GROUP BY ${join(", ", [for place in range(length(table.partitions)) : tostring(place + 1)])}\nORDER BY ${join(", ", [for place in range(length(table.partitions)) : "${place + 1} DESC"])}",
      ])
    } },
    { for pipeline, table in local.tables : "${pipeline}: repeated records" => {
      description = "Records that are in more than one line, as after a delivery that was cut differently."
      sql = join("\n", [
        "SELECT \"${lower(var.tables[pipeline].id)}\", count(*) AS lines, array_agg(\"$path\") AS objects",
        local.from[pipeline],
        "GROUP BY 1\nHAVING count(*) > 1\nORDER BY 2 DESC\nLIMIT 100",
      ])
    } if var.tables[pipeline].id != "" },
    { for pipeline, table in local.tables : "${pipeline}: without repetitions" => {
      description = "The last day with each record once."
      sql = join("\n", [
        "SELECT * FROM (",
        "SELECT *, row_number() OVER (PARTITION BY \"${lower(var.tables[pipeline].id)}\") AS repetition",
        local.from[pipeline],
        ")\nWHERE repetition = 1\nLIMIT 100",
      ])
    } if var.tables[pipeline].id != "" },
  )
}
