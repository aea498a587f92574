"""From exports to sealed partitions of the lake: one module a format, and the landing they share."""
