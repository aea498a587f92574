"""The published versions of a home, and the candidate for the next."""
