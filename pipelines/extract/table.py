"""Tables (CSV, JSON Lines, Parquet) of profiles or interactions, through the ``columns`` of the source.

The mapping goes from our field to the export's column, or to several: ``phone: [Phone, Mobile]``. What identifies a record
is the column mapped to ``source_ref``. A mapped column that a file lacks sets the file aside whole; a row that is not what
its fields need is set aside alone. The mapping is worked out once a file (``Layout``): a row costs no look-ups by name.

``extract`` reads row by row and judges whatever stands in one. ``extract_blocks`` gives the same records faster: rows in
which there is nothing to judge go into columns by the thousand, and the others where ``extract`` has them.
"""

from collections.abc import Iterator

from pipelines.contract import CONSENT_CHANNELS, Record
from pipelines.errors import ConfigurationError
from pipelines.extract.files.blocks import Block
from pipelines.extract.files.inbox import Export, SourceFile, each_file
from pipelines.extract.parts.table.cells import Cells
from pipelines.extract.parts.table.columns import block_of, parsed
from pipelines.extract.parts.table.consents import REFUSES
from pipelines.extract.parts.table.layout import CONSENT, CONSENTS, REFUSAL, Layout
from pipelines.extract.parts.table.records import Interactions, Profiles
from pipelines.extract.parts.table.rows import Reader
from pipelines.extract.parts.table.values import PERSON, SCOPED
from pipelines.extract.values.fields import names
from pipelines.extract.values.instants import latest_of
from pipelines.extract.values.issues import Issues
from pipelines.settings import Source

NEEDED = {"profile": ("source_ref",), "interaction": ("source_ref", "occurred_at", "direction")}
_OF_PROFILE = names("source_ref updated_at")
_OF_INTERACTION = names("""
    agent_ref conversation_ref direction duration_seconds in_reply_to_ref is_public occurred_at reference source_ref status
    subject team text topic updated_at
""")


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one profile or interaction a row, each read by itself.

    Raises:
        ConfigurationError: ``columns`` lacks a field that every record needs, or names one that there is not.
    """
    mapping = mapping_of(export.source)

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
        records = _records(export.source, mapping, file, issues)
        for row in Reader(file, export.source, records.layout.columns, issues).rows():
            if record := parsed(records, row, file.name, issues):
                yield record
        records.layout.tell_empty()

    yield from each_file(export, issues, parse)


def extract_blocks(export: Export, issues: Issues) -> Iterator[Record | Block]:
    """Yield the same records as ``extract``, by column where rows are plain; raises what that raises."""
    mapping, latest = mapping_of(export.source), latest_of(export.night)

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record | Block]:
        records = _records(export.source, mapping, file, issues)
        layout = records.layout
        for read in Reader(file, export.source, layout.columns, issues).blocks(layout.text):
            if not isinstance(read, Cells):
                if record := parsed(records, read, file.name, issues):
                    yield record
            elif (block := block_of(read, records, file.name, latest, issues)).position:
                yield block
        layout.tell_empty()

    yield from each_file(export, issues, parse)


def _records(source: Source, mapping: dict[str, list[str]], file: SourceFile, issues: Issues) -> Profiles | Interactions:
    several = {name for name in mapping if name == "reference" or _person_kind(name, source.kind)}
    layout = Layout(mapping, several, file.name, issues)
    kind = Profiles if source.kind == "profile" else Interactions
    return kind(source, mapping, layout, file.name)


def mapping_of(source: Source) -> dict[str, list[str]]:
    """Return the columns by field, each a list; ConfigurationError where they do not make a record."""
    columns = {name: [given] if isinstance(given, str) else list(given) for name, given in source.columns.items()}
    for name in NEEDED[source.kind]:
        if not columns.get(name):
            raise ConfigurationError(
                f"sources.{source.name}.columns: no column for {name!r}, which every {source.kind} needs"
            )
    if source.kind == "interaction" and source.channel is None:
        raise ConfigurationError(f"sources.{source.name}.channel is missing")
    for name in columns:
        if not _is_field(name, source.kind):
            raise ConfigurationError(
                f"sources.{source.name}.columns: {name!r} is no field of kind {source.kind}; known are {_known(source.kind)}"
            )
        refused = next(filter(REFUSES.search, columns[name]), None) if name.startswith(CONSENT) else None
        if refused is not None:
            raise ConfigurationError(
                f"sources.{source.name}.columns: {refused!r} says by its name who does not want it: its yes is a no; "
                f"map it as {REFUSAL}{name.removeprefix(CONSENT)}"
            )
    return columns


def _known(kind: str) -> str:
    """Return the fields of a kind as a person may write them."""
    person = [*sorted(PERSON - SCOPED), "account.<who issued it>", "handle.<network>"]
    if kind == "interaction":
        person = [f"party.{name}" for name in person]
    own = sorted(_OF_PROFILE if kind == "profile" else _OF_INTERACTION)
    channels = "|".join(CONSENT_CHANNELS)
    return ", ".join([*own, *person, *(f"{stem}<{channels}>" for stem in CONSENTS)])


def _is_field(name: str, kind: str) -> bool:
    stem, _, scope = name.partition(".")
    if name in (_OF_PROFILE if kind == "profile" else _OF_INTERACTION):
        return True
    if f"{stem}." in CONSENTS:
        return scope in CONSENT_CHANNELS
    stem, _, scope = _person_kind(name, kind).partition(".")
    return bool(stem) and bool(scope) == (stem in SCOPED)


def _person_kind(name: str, kind: str) -> str:
    """Return what a field tells of the person, its scope behind it ("handle.x"); "" where it tells nothing."""
    if kind == "interaction":
        if not name.startswith("party."):
            return ""
        name = name.removeprefix("party.")
    return name if name.partition(".")[0] in PERSON else ""
