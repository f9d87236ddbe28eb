output "workgroup" {
  description = "The workgroup with the saved queries."
  value       = aws_athena_workgroup.this.name
}

output "database" {
  description = "The database of the tables."
  value       = aws_glue_catalog_database.this.name
}

output "tables" {
  description = "Each pipeline's table."
  value       = { for pipeline, table in aws_glue_catalog_table.this : pipeline => table.name }
}
