"""The records of an Amazon Connect file, as the stream or a person put them there."""

import re
from collections.abc import Iterator

from pipelines.extract.files.documents import Entry, head_of, json_entries, json_pieces, lines_of, opened, until_break
from pipelines.extract.files.inbox import SourceFile

_IN_A_ROW = re.compile(rb"\}\s*\{")


def entries_of(file: SourceFile) -> Iterator[Entry]:
    """Yield the records of a file.

    Where the stream put them one right after the other, each is taken as a whole: ``json_entries`` would look into every
    one for a page's list, which takes eight times as long.
    """
    with opened(file) as stream:
        lines = ((line, is_whole) for _, line, is_whole in until_break(lines_of(stream)) if line.strip())
        first, is_whole = next(lines, (b"", True))
    if head_of(file, 1) != b"{" or (is_whole and not _IN_A_ROW.search(first)):
        yield from json_entries(file)
        return
    for piece in json_pieces(file, ()):
        yield Entry(f"record {piece.document}", piece.raw, is_whole=piece.is_whole)
