"""From records to identities: names and numbers read, values judged, what a night touches made again."""
