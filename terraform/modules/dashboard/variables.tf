variable "name" {
  description = "The dashboard's name."
  type        = string
}

variable "region" {
  description = "Where the metrics are."
  type        = string
}

variable "pipelines" {
  description = "What each pipeline is made of, by its name; ingest is the function that feeds it, null for none."
  type = map(object({
    stream   = string
    function = string
    bucket   = string
    ingest   = optional(string)
  }))
}
