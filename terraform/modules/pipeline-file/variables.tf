variable "path" {
  description = "The pipeline's file; the stem of its name is the pipeline's name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,63}\\.yaml$", basename(var.path)))
    error_message = "${var.path}: call the file by at most 64 lower-case letters, digits and hyphens, such as user-activity.yaml"
  }
}

variable "name_prefix" {
  description = "The deployment's prefix, which names have to leave room for."
  type        = string
  default     = ""
}
