"""The store: one DuckDB file with the tables of Azure."""
