"""Asterisk's call detail records: ``Master.csv``, which has no header, or the table ``cdr`` exported with one (FreePBX).

A record is one leg of a call: ``uniqueid`` is the channel's, which several legs share, ``linkedid`` the call's. ``src`` and
``dst`` are numbers and extensions, ``clid`` is what the caller's phone or network says of them. Times are the exchange's
wall clock without a zone. Nothing tells the direction but our own numbers and the context of the dialplan.
"""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from pipelines.contract import Record
from pipelines.errors import ConfigurationError
from pipelines.extract.fields import Drift, Fields
from pipelines.extract.identifiers import Own
from pipelines.extract.inbox import Export, SourceFile, each_file
from pipelines.extract.issues import Issues, UnreadableError
from pipelines.extract.parts.asterisk_cdr_calls import Exchange, parse_call
from pipelines.extract.parts.asterisk_cdr_rows import cdr_rows
from pipelines.extract.parts.phone_parties import Ends


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a leg of a call.

    Raises:
        ConfigurationError: the source declares no ``timezone``.
    """
    zone = export.source.zone
    if zone is None:
        name = export.source.name
        raise ConfigurationError(f"sources.{name}.timezone is missing: Asterisk's call records carry no zone")
    own = Own.of(export.source)

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
        return _parse(file, Ends(export.source, own, issues, file.name), zone)

    yield from each_file(export, issues, parse)


def _parse(file: SourceFile, ends: Ends, zone: ZoneInfo) -> Iterator[Record]:
    exchange = Exchange(ends, zone, Drift(ends.issues, file.name))
    for row in cdr_rows(file, ends.source, ends.issues):
        try:
            record = parse_call(Fields(row.values), exchange, row.at, row.usual)
        except UnreadableError as error:
            ends.issues.quarantine(row.line, file=file.name, at=row.at, reason=error)
            continue
        yield record
