"""Instagram: the direct messages in the JSON of Meta's download, your_instagram_activity/messages/inbox/…/message_1.json.

The thread is its ``thread_path``; people are known by the display names of their profiles, not by their handles. What else
the download holds (our comments, likes, followers, stories) is counted and left. How it is read is in ``meta``: Messenger's
download is alike.
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
    return extract_threads(export, issues, "instagram")
