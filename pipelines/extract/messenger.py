"""Messenger: the JSON of Meta's download, one thread over message_1.json (newest), message_2.json …, in both its dialects.

The thread is its ``thread_path`` ("inbox/annlee_77"), in the end-to-end-encrypted download its ``threadName``; people are
known by their display names alone. How the two are read is in ``meta``: Instagram's download is alike.
"""

from collections.abc import Iterator

from pipelines.contract import Record
from pipelines.extract.files.inbox import Export
from pipelines.extract.parts.meta.files import group
from pipelines.extract.parts.meta.meta import extract_threads
from pipelines.extract.values.issues import Issues

__all__ = ["extract", "group"]


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a message."""
    return extract_threads(export, issues, "messenger")
