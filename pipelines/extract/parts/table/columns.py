"""A table's rows by column: what ``table_records`` makes of one row, made of a thousand at once where they are plain.

A row of which any field needs judgement is left to ``table_records`` whole, and put back in its place.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contract import Record
from pipelines.extract.files.blocks import Block, block_columns
from pipelines.extract.parts.columns.blocks import block_with, positions, read_apart
from pipelines.extract.parts.columns.identifiers import Identified, identifier_lists, without_repeats
from pipelines.extract.parts.columns.instants import can_be, can_be_changes, instants
from pipelines.extract.parts.columns.said import claimed, looked_up, mark_keywords
from pipelines.extract.parts.columns.texts import NULL, Flags, cleaned, each_once, flags_of, is_filled, is_there, made, read
from pipelines.extract.parts.mail.reasons import machine_of
from pipelines.extract.parts.table.cells import Cells, Row
from pipelines.extract.parts.table.party import clean_lines, consent_lists, identified
from pipelines.extract.parts.table.records import UTC, Interactions, Profiles
from pipelines.extract.parts.table.values import boolean, direction, seconds
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.wishes import marketing_wish

_MEANINGS: tuple[tuple[str, Any, pa.DataType], ...] = (
    ("direction", direction, pa.string()), ("is_public", boolean, pa.bool_()), ("duration_seconds", seconds, pa.float64()),
)  # fmt: skip
_LINES = ("agent_ref", "team", "subject", "topic", "status")


def block_of(cells: Cells, records: Profiles | Interactions, file: str, latest: datetime, issues: Issues) -> Block:
    """Return the records of many rows.

    Args:
        records: reads the rows that are not plain.
        latest: the last instant that the export can tell.
    """
    is_odd = cells.is_odd
    texts = records.layout.by_column(cells.columns, is_odd)
    if isinstance(records, Profiles):
        table, mapped = "profile", _profiles(records, texts, is_odd, latest)
    else:
        table, mapped = "interaction", _interactions(records, texts, is_odd, latest)
    records.layout.saw(texts, ~is_odd)
    columns = block_columns(
        table, len(cells), source=records.source.name, file=file, position=positions(cells.unit, cells.numbers), **mapped
    )

    def apart(place: int) -> Record | None:
        row = cells.row(place)
        return parsed(records, row, file, issues) if row else None

    others = read_apart(is_odd, apart, latest, records.source, issues)
    return block_with(table, file, columns, is_odd, others)


def parsed(records: Profiles | Interactions, row: Row, file: str, issues: Issues) -> Record | None:
    """Return a row's record; None where it is none, which is quarantined."""
    at, cells, raw = row
    try:
        return records.parse(cells, at)
    except UnreadableError as error:
        issues.quarantine(raw or repr(cells), file=file, at=at, reason=error)
        return None


def _profiles(records: Profiles, texts: list[pa.Array], is_odd: Flags, latest: datetime) -> dict[str, Any]:
    """Return the columns that rows about people fill; rows that are not plain are marked in ``is_odd``."""
    source, layout = records.source, records.layout
    source_ref = texts[layout.place("source_ref")]
    is_odd |= ~is_filled(source_ref)
    found, is_ours = identified(records.person, records.source, texts, is_odd)
    crm_id = Identified(("crm_id", source.name, "reference"), source_ref)
    return {
        "source_ref": source_ref,
        "updated_at": _changed(records, texts, is_odd, latest),
        "identifiers": identifier_lists([crm_id, *found], [], len(is_odd)),
        "consent": consent_lists(records.consents, layout, texts, found, is_odd),
        "reason": pc.if_else(pa.array(is_ours), "own_address", NULL),
    }


def _interactions(records: Interactions, texts: list[pa.Array], is_odd: Flags, latest: datetime) -> dict[str, Any]:
    """Return the columns that rows about contacts fill; rows that are not plain are marked in ``is_odd``."""
    layout, place = records.layout, records.layout.place
    source_ref, thread, parent = (texts[place(name)] for name in ("source_ref", "conversation_ref", "in_reply_to_ref"))
    towards, public, lasted = (
        read(texts[place(name)], partial(meaning, layout=layout, place=place(name)), kind, is_odd)
        for name, meaning, kind in _MEANINGS
    )
    text = cleaned(texts[place("text")])
    if records.is_mail:
        is_odd |= _which(text, lambda written: records.parts_of(written).text != written)
    is_inbound = flags_of(pc.equal(towards, "inbound").fill_null(False))
    said = is_inbound & is_filled(text)
    found, is_ours, has_party = _party(records, texts, is_odd)
    for one in found if records.is_mail else ():
        if one.who[0] == "email":
            is_odd |= _which(one.values.fill_null(""), lambda address: machine_of(address) is not None)
    is_odd |= ~is_filled(source_ref)
    occurred_at = _occurred(records, texts, is_odd, latest)
    if records.has_keywords:
        mark_keywords(records.channel, text, said, is_odd)
    subject = clean_lines(texts[place("subject")]).fill_null("")
    if records.is_mail:
        for worded in (text, subject):
            is_odd |= is_inbound & _which(worded, lambda each: marketing_wish(each) is not None)
    is_odd[[row for row, _ in looked_up(subject, is_inbound & has_party, [], records.source)]] = True
    answered = flags_of(pc.equal(towards, "outbound").fill_null(False)) & is_filled(text)
    more = claimed(text, said & has_party & ~is_odd, found, records.source)
    more += looked_up(text, answered & has_party & ~is_odd, found, records.source)
    if records.consents.steps:  # which hold for claimed addresses, too
        is_odd[[row for row, _ in more]] = True
    return {
        "source_ref": source_ref,
        "conversation_ref": pc.if_else(pc.equal(thread, ""), source_ref, thread),
        "channel": records.channel,
        "direction": towards,
        "occurred_at": occurred_at,
        "is_public": public.fill_null(False),
        "party": identifier_lists(found, more, len(is_odd)),
        "party_ref": _shown(records, texts),
        **{name: clean_lines(texts[place(name)]) for name in _LINES},
        "text": text,
        "in_reply_to_ref": pc.if_else(pc.equal(parent, ""), NULL, parent),
        "duration_seconds": lasted,
        "consent": consent_lists(records.consents, layout, texts, found, is_odd),
        "reason": pc.if_else(
            pa.array(is_ours), "own_address", pc.if_else(pa.array(has_party), NULL, "no_identifier")
        ),
        "updated_at": _changed(records, texts, is_odd, latest),
    }  # fmt: skip


def _which(texts: pa.Array, is_it: Callable[[str], bool]) -> Flags:
    """Say of which texts something holds, asking once for each that differs."""
    own, found = each_once(texts, is_it)
    return np.array(found, np.bool_)[own]


def _party(records: Interactions, texts: list[pa.Array], is_odd: Flags) -> tuple[list[Identified], Flags, Flags]:
    """Return the persons' identifiers with the references in columns of their own, which rows are ours, which have any."""
    found, is_ours = identified(records.person, records.source, texts, is_odd)
    if records.person.ends:  # of which one may be ours
        is_odd |= is_ours
    has_party = np.zeros(len(is_odd), np.bool_)
    for one in found:
        if is_ours.any():
            one.values = pc.if_else(pa.array(is_ours), NULL, one.values)
        has_party |= is_there(one.values)
    for place in records.references:
        values = made(texts[place], lambda text: text.upper() or None, pa.string())
        found.append(Identified(("reference", "", "reference"), pc.if_else(pa.array(has_party), values, NULL)))
    return without_repeats(found), is_ours, has_party


def _occurred(records: Interactions, texts: list[pa.Array], is_odd: Flags, latest: datetime) -> pa.Array:
    source, written = records.source, texts[records.layout.place("occurred_at")]
    found, is_doubtful = instants(written, source.zone, source.date_order)
    is_odd |= is_doubtful | ~can_be(found, latest) | ~flags_of(pc.match_substring(written, ":"))  # a date alone is told of
    return found


def _changed(records: Profiles | Interactions, texts: list[pa.Array], is_odd: Flags, latest: datetime) -> pa.Array:
    source = records.source
    found, is_doubtful = instants(texts[records.layout.place("updated_at")], source.zone or UTC, source.date_order)
    is_odd |= is_doubtful | ~can_be_changes(found, latest)
    return found


def _shown(records: Interactions, texts: list[pa.Array]) -> pa.Array:
    """Return each person as the source shows them (``Interactions.party_ref``)."""
    shown = pa.nulls(len(texts[-1]), pa.string())
    for place in records.shown:
        if shown.null_count:
            shown = pc.coalesce(shown, clean_lines(texts[place]))
    return shown.fill_null("")
