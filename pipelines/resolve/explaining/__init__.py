"""Why two identities are one person, or are not."""
