"""Exports of all formats, made for benchmarks: realistic records, written as a stream to any size."""
