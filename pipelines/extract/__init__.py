"""From exports to sealed partitions of the lake: one module a format, the rooms they share, and the landing."""
