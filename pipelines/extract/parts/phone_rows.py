"""The rows of a call log in CSV: each with its place, the last one told where it may have been cut off."""

from collections.abc import Iterator

from pipelines.extract.documents import opened
from pipelines.extract.inbox import SourceFile
from pipelines.extract.issues import Issues
from pipelines.extract.parts.csv_rows import CsvRows, Undecoded, decoded_lines, encoding_of
from pipelines.extract.parts.table_rows import NO_END
from pipelines.settings import Source

_QUOTES = "a quote is never closed or in the wrong place, or a value is longer than 131,072 characters"

Row = tuple[str, str, list[str]]


def rows_of(file: SourceFile, source: Source, columns: frozenset[str], issues: Issues) -> Iterator[Row]:
    """Yield each row's place ("row 7" counts every row, a header too), what it is written as, and its cells.

    Rows that cannot be read are quarantined, empty lines suppressed.

    Args:
        columns: what the header may hold, by which the delimiter is found where the source declares none.
    """
    encoding = encoding_of(file, source, issues)
    line: str | Undecoded = "\n"
    with opened(file) as stream:
        rows = CsvRows(decoded_lines(stream, encoding), source.delimiter, columns)
        for number, (line, cells) in enumerate(rows, start=1):
            if isinstance(line, Undecoded):
                issues.quarantine(line.raw, file=file.name, at=f"row {number}", reason=line.reason)
            elif cells is None:
                issues.quarantine(line, file=file.name, at=f"row {number}", reason=_QUOTES)
            elif not cells:
                issues.suppress(file=file.name, reason="an empty line")
            else:
                yield f"row {number}", line, cells
    if isinstance(line, str) and not line.endswith(("\n", "\r")):
        issues.warn(file=file.name, reason=NO_END)
