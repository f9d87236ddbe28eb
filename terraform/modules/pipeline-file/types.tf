# Whether a column's type is one that Athena knows ("Data types in Amazon Athena",
# athena/latest/ug/data-types.html): from the inside out, each part becomes a letter.

locals {
  simple = "boolean|tinyint|smallint|int|bigint|float|double|string|binary|date|timestamp"

  decimals = { for column, type in local.columns : column => regexall("decimal\\(\\s*([0-9]+)\\s*(?:,\\s*([0-9]+)\\s*)?\\)", try(tostring(type), "")) }

  # \u0001 is a type without parts, which alone can be the key of a map, and \u0002 any other.
  types_0 = { for column, type in local.columns : column => replace(replace(replace(
    try(tostring(type), ""),
    "/decimal\\(\\s*[0-9]+\\s*(?:,\\s*[0-9]+\\s*)?\\)/", "\u0002"),
    "/(^|[<,:])(?:${local.simple})([>,]|$)/", "$${1}\u0001$${2}"),
    # Once more, because a comma that two types share was taken by the first.
  "/(^|[<,:])(?:${local.simple})([>,]|$)/", "$${1}\u0001$${2}") }
  types_1 = { for column, type in local.types_0 : column => replace(replace(replace(type, local.array, "\u0002"), local.map, "\u0002"), local.struct, "\u0002") }
  types_2 = { for column, type in local.types_1 : column => replace(replace(replace(type, local.array, "\u0002"), local.map, "\u0002"), local.struct, "\u0002") }
  types_3 = { for column, type in local.types_2 : column => replace(replace(replace(type, local.array, "\u0002"), local.map, "\u0002"), local.struct, "\u0002") }
  types_4 = { for column, type in local.types_3 : column => replace(replace(replace(type, local.array, "\u0002"), local.map, "\u0002"), local.struct, "\u0002") }
  types_5 = { for column, type in local.types_4 : column => replace(replace(replace(type, local.array, "\u0002"), local.map, "\u0002"), local.struct, "\u0002") }

  array  = "/array<[\u0001\u0002]>/"
  map    = "/map<\u0001,[\u0001\u0002]>/"
  struct = "/struct<[^<>,:]+:[\u0001\u0002](?:,[^<>,:]+:[\u0001\u0002])*>/"

  # What is nested deeper still is left to `sluice check`.
  is_type = { for column, type in local.types_5 : column =>
    (contains(["\u0001", "\u0002"], type) || type != local.types_4[column]) && alltrue([for digits in local.decimals[column] :
      tonumber(digits[0]) >= 1 && tonumber(digits[0]) <= 38 && (digits[1] == null ? true : tonumber(digits[1]) <= tonumber(digits[0]))
    ])
  }
}
