"""Facts as data: log categories, tables, resource type tokens, each with its source."""
