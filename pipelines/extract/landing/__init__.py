"""A night's exports into the lake: read by workers, written as Parquet, sealed by source and night."""
