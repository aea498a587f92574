"""Lasting ids: what customers were, what they are, and why they changed."""
