# Queries that work at once: each reads today and yesterday in UTC, where partitions tell days apart.

locals {
  # Athena's own date_format has %i for minutes. The time of a table is its first partition by date,
  # whose text has to sort as time does.
  by_date = { for pipeline, table in local.tables : pipeline => [for partition in table.partitions : {
    name   = partition.name
    format = replace(partition.spec, "%M", "%i")
  } if partition.kind == "date" && can(regex("^[^%]*%Y[^%]*%m([^%]*%d([^%]*%H([^%]*%M)?)?)?[^%]*$", partition.spec))] }

  # A day in partitions of its parts is all of them together, once for today and once for yesterday.
  by_parts = { for pipeline, table in local.tables : pipeline => [for days in ["0", "1"] : join(" AND ", [for partition in table.partitions :
    "\"${partition.name}\" = CAST(date_format(current_timestamp - INTERVAL '${days}' DAY, '${partition.spec}') AS INTEGER)"
    if contains(["%Y", "%m", "%d", "%j"], partition.spec)
  ])] }

  # A partition that is no range has to be asked for by its value.
  injected = { for pipeline, table in local.tables : pipeline => [for partition in table.partitions : partition.name if partition.kind == "injected"] }
  hint = { for pipeline, names in local.injected : pipeline =>
    length(names) == 0 ? "" : "-- Athena cannot list the values of ${join(", ", names)}: write one in place of each CHOOSE ONE, or there is no row.\n"
  }

  # The column of a record's identity, as tables.tf calls it.
  id = { for pipeline, table in var.tables : pipeline => replace(lower(table.id), "/[^a-z0-9_]/", "_") }

  recent = { for pipeline, table in local.tables : pipeline => join(" AND ", concat(
    [for partition in slice(local.by_date[pipeline], 0, min(1, length(local.by_date[pipeline]))) :
      "\"${partition.name}\" >= date_format(current_timestamp - INTERVAL '1' DAY, '${partition.format}')"
    ],
    length(local.by_date[pipeline]) > 0 || local.by_parts[pipeline][0] == "" ? [] : ["(${join(" OR ", [for day in local.by_parts[pipeline] : "(${day})"])})"],
    [for name in local.injected[pipeline] : "\"${name}\" = 'CHOOSE ONE'"],
    ["1 = 1"],
  )) }

  from = { for pipeline, table in local.tables : pipeline => "FROM \"${aws_glue_catalog_database.this.name}\".\"${table.name}\"\nWHERE ${trimsuffix(local.recent[pipeline], " AND 1 = 1")}" }

  queries = merge(
    { for pipeline, table in local.tables : "${pipeline}: latest" => {
      description = "A hundred records of today and yesterday, in UTC.${local.hint[pipeline] == "" ? "" : " Write a value in place of CHOOSE ONE."}"
      sql         = "${local.hint[pipeline]}SELECT *\n${local.from[pipeline]}\nLIMIT 100"
    } },
    { for pipeline, table in local.tables : "${pipeline}: records per partition" => {
      description = "How many records each partition of today and yesterday has, in UTC."
      sql = join("\n", [
        "${local.hint[pipeline]}SELECT ${join(", ", concat([for partition in table.partitions : "\"${partition.name}\""], ["count(*) AS records"]))}",
        local.from[pipeline],
        length(table.partitions) == 0 ? "" : "GROUP BY ${join(", ", [for place in range(length(table.partitions)) : tostring(place + 1)])}\nORDER BY ${join(", ", [for place in range(length(table.partitions)) : "${place + 1} DESC"])}",
      ])
    } },
    { for pipeline, table in local.tables : "${pipeline}: repeated records" => {
      description = "Records that are in more than one line, as after a delivery that was cut differently."
      sql = join("\n", [
        "${local.hint[pipeline]}SELECT \"${local.id[pipeline]}\", count(*) AS lines, array_agg(\"$path\") AS objects",
        local.from[pipeline],
        "GROUP BY 1\nHAVING count(*) > 1\nORDER BY 2 DESC\nLIMIT 100",
      ])
    } if var.tables[pipeline].id != "" },
    { for pipeline, table in local.tables : "${pipeline}: without repetitions" => {
      description = "Today and yesterday, in UTC, with each record once."
      sql = join("\n", [
        "${local.hint[pipeline]}SELECT * FROM (",
        "SELECT *, row_number() OVER (PARTITION BY \"${local.id[pipeline]}\") AS repetition",
        local.from[pipeline],
        ")\nWHERE repetition = 1\nLIMIT 100",
      ])
    } if var.tables[pipeline].id != "" },
  )
}
