"""CSV: rows one by one, and plain ones by blocks."""
