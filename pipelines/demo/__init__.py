"""A synthetic world: persons, what they write over every channel, and the truth; see ``command.write_demo``."""
