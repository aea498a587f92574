"""X's archive: its parts, tweets and direct messages."""
