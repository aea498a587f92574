"""What programs add to a CSV so that it looks right in a spreadsheet: guards around values, and lines below the rows."""

import re
from collections.abc import Sequence

import numpy as np
import pyarrow.compute as pc

from pipelines.extract.parts.columns.texts import Flags, flags_of
from pipelines.extract.parts.csv.blocks import CsvBlock
from pipelines.extract.parts.csv.rows import Undecoded, wrong_width
from pipelines.extract.values.issues import Issues

# What keeps a spreadsheet from making a number of a text: ="0012", and an apostrophe before digits (Shopify's ids); or a
# formula: an apostrophe before what starts as one does (Odoo, and who heeds OWASP), as handles and numbers do.
_GUARDED = re.compile(r'(?:="([^"]*)"|\'(\d[\d ().-]*|[=+@-].*))\s*', re.DOTALL)
_FOOT_LINES = 20  # more than any report has below its rows


def is_guarded(line: str) -> bool:
    """Say whether a row may have a guarded value; "no" is sure."""
    return '="' in line or "'" in line


def unguarded(cell: str) -> str:
    """Return what a guard stands around; any other text as it is."""
    match = _GUARDED.fullmatch(cell)
    return (match[2] if match[1] is None else match[1]) if match else cell


def are_guarded(block: CsvBlock) -> Flags:
    """Say which rows of a block may have a guarded value."""
    found = np.zeros(len(block), np.bool_)
    if b'=""' in block.text or b"'" in block.text:
        for column in block.columns:
            found |= flags_of(pc.or_(pc.starts_with(column, '="'), pc.starts_with(column, "'")))
    return found


class Foot:
    """Tells the lines that a report of Salesforce has below its rows from rows that lost their cells.

    They are lines of one cell behind an empty line and up to the end of the file, and one of them is Salesforce's own.

    Attributes:
        width: how many cells a row has, once that is known.
        is_near: whether an empty line stands before the next one.
    """

    def __init__(self, file: str, issues: Issues) -> None:
        self._file, self._issues = file, issues
        self.width = 1
        self._lines: list[tuple[int, str]] = []
        self.is_near = False

    def takes(self, number: int, line: str | Undecoded, cells: Sequence[str]) -> bool:
        """Say whether a line may belong to the foot; ``close`` or ``refuse`` then tell of it."""
        if isinstance(line, Undecoded) or not self.is_near or len(cells) != 1 or self.width == 1:
            return False
        if len(self._lines) == _FOOT_LINES:
            return False
        self._lines.append((number, line))
        return True

    def refuse(self) -> None:
        """Quarantine what was taken: other rows follow, so that it was none."""
        self.is_near = False
        for number, line in self._lines:
            reason = wrong_width(1, self.width)
            self._issues.quarantine(line, file=self._file, at=f"row {number}", reason=reason)
        self._lines.clear()

    def close(self) -> None:
        """Count what was taken as the foot, where it is one."""
        if not any("salesforce.com" in line.lower() for _, line in self._lines):
            self.refuse()
        for _ in self._lines:
            self._issues.suppress(file=self._file, reason="a line below the rows of a report")
        self._lines.clear()
