"""Twilio's CSV by column: a block's messages or calls, and among them the rows that need judgement, read by themselves.

So is the first of each block, which tells of the columns that are new or gone.
"""

from collections.abc import Callable
from datetime import datetime

import numpy as np
import pyarrow as pa

from pipelines.contract import Record
from pipelines.extract.files.blocks import Block, block_columns
from pipelines.extract.parts.columns.blocks import block_with, positions, read_apart
from pipelines.extract.parts.phone.rows import Rows
from pipelines.extract.parts.twilio.call_columns import calls
from pipelines.extract.parts.twilio.message_columns import messages
from pipelines.extract.parts.twilio.sides import Log
from pipelines.extract.values.fields import names

NEEDED = names("sid from to direction status")
READ = NEEDED | names("""
    answered_by body caller_name date_created date_sent date_updated duration error_code num_media parent_call_sid start_time
""")


def block_of(rows: Rows, log: Log, apart: Callable[[int], Record | None], latest: datetime) -> Block:
    """Return the messages of many rows, or where these have no text the calls.

    Args:
        rows: whose cells are those of the columns ``READ``, as far as the export has them.
        apart: reads one of them by itself, by its place; None where it is none, which has then been told.
        latest: the last instant that the export can tell.
    """
    ends, is_odd = log.ends, np.zeros(len(rows), np.bool_)
    nothing = pa.repeat("", len(rows))
    cells = {name: rows.cells.get(name, nothing) for name in READ}
    columns = (messages if "body" in rows.cells else calls)(cells, log, latest, is_odd)
    is_odd[np.flatnonzero(~is_odd)[:1]] = True
    whole = block_columns(
        "interaction", len(rows), source=ends.source.name, file=ends.file, position=positions("row", rows.numbers), **columns
    )
    others = read_apart(is_odd, apart, latest, ends.source, ends.issues)
    return block_with("interaction", ends.file, whole, is_odd, others)
