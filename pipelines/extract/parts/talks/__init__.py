"""Calls that were written down: what was said, by whom, and where it is held."""
