"""Tables: rows of CSV, JSON lines and Parquet, by a mapping."""
