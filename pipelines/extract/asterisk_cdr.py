"""Asterisk's call detail records: ``Master.csv``, which has no header, or the table ``cdr`` exported with one (FreePBX).

A record is one leg of a call: ``uniqueid`` is the channel's, which several legs share, ``linkedid`` the call's. ``src`` and
``dst`` are numbers and extensions, ``clid`` is what the caller's phone or network says of them. Times are the exchange's
wall clock without a zone. Nothing tells the direction but our own numbers and the context of the dialplan.

``extract`` reads row by row and judges whatever stands in one; ``extract_blocks`` gives the same records faster.
"""

from collections.abc import Callable, Iterator

from pipelines.contract import Interaction, Record
from pipelines.errors import ConfigurationError
from pipelines.extract.files.blocks import Block
from pipelines.extract.files.inbox import Export, SourceFile, each_file
from pipelines.extract.parts.asterisk_cdr.calls import Exchange, parse_call
from pipelines.extract.parts.asterisk_cdr.columns import block_of
from pipelines.extract.parts.asterisk_cdr.rows import CdrRows, Row
from pipelines.extract.parts.phone.parties import Ends
from pipelines.extract.parts.phone.rows import Rows, read_by
from pipelines.extract.values.fields import Drift, Fields
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.instants import latest_of
from pipelines.extract.values.issues import Issues, UnreadableError


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a leg of a call, each read by itself.

    Raises:
        ConfigurationError: the source declares no ``timezone``.
    """
    exchange_of = _exchanges(export, issues)

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
        exchange = exchange_of(file)
        for row in CdrRows(file, export.source, issues).rows():
            if record := _parsed(row, exchange):
                yield record

    yield from each_file(export, issues, parse)


def extract_blocks(export: Export, issues: Issues) -> Iterator[Record | Block]:
    """Yield the same records as ``extract``, by column where rows are plain; raises what that raises."""
    exchange_of, latest = _exchanges(export, issues), latest_of(export.night)

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record | Block]:
        exchange, cdr = exchange_of(file), CdrRows(file, export.source, issues)

        def alone(row: Row | None) -> Interaction | None:
            return _parsed(row, exchange) if row else None

        def together(rows: Rows) -> Block:
            return block_of(rows, exchange, lambda place: alone(cdr.row(rows.row(place))), latest)

        yield from read_by(cdr.blocks(), alone, together)

    yield from each_file(export, issues, parse)


def _exchanges(export: Export, issues: Issues) -> Callable[[SourceFile], Exchange]:
    """Return what makes the exchange of a file."""
    zone, own = export.source.zone, Own.of(export.source)
    if zone is None:
        name = export.source.name
        raise ConfigurationError(f"sources.{name}.timezone is missing: Asterisk's call records carry no zone")
    return lambda file: Exchange(Ends(export.source, own, issues, file.name), zone, Drift(issues, file.name))


def _parsed(row: Row, exchange: Exchange) -> Interaction | None:
    """Return a row's record; None where it is none, which is quarantined."""
    try:
        return parse_call(Fields(row.values), exchange, row.at, row.usual)
    except UnreadableError as error:
        exchange.ends.issues.quarantine(row.line, file=exchange.ends.file, at=row.at, reason=error)
        return None
