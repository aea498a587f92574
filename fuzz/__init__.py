"""Fuzzing: bytes that nobody thought of, read as exports; whatever raises is a find. See docs/hostile-input.md."""
