"""Resolve: which records are the same person's, and the id that person keeps."""
