"""Asterisk's call detail records: rows, legs, calls."""
