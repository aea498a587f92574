"""The identifiers and consents of rows, by column: what ``table_values`` makes of one row, made of many."""

from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.extract.parts.columns.identifiers import Identified, lists_of, without_repeats
from pipelines.extract.parts.columns.shapes import LINE, NAME, as_they_stand
from pipelines.extract.parts.columns.texts import (
    NULL,
    Flags,
    Places,
    each_once,
    flags_of,
    is_filled,
    is_there,
    made_where,
    read,
)
from pipelines.extract.parts.table.consents import CONTACTS, Consents
from pipelines.extract.parts.table.layout import Layout
from pipelines.extract.parts.table.values import HOUSE_NUMBER, Person, Step, line
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import PLAIN_LIMIT, plain
from pipelines.extract.values.records import CONSENT
from pipelines.settings import Source


def identified(person: Person, source: Source, texts: list[pa.Array], is_odd: Flags) -> tuple[list[Identified], Flags]:
    """Return the identifiers that ``Person.identifiers`` gives, and the rows of which one is ours.

    Rows with a value that is no identifier, and with a number from abroad, are marked in ``is_odd``.
    """
    found: list[Identified] = []
    is_ours = np.zeros(len(is_odd), np.bool_)
    for step in person.steps:
        found.append(_identified(step, texts[step.place], source, is_odd, is_ours))
        if step.place in person.street and len(person.street) > 1:
            is_odd |= _is_house_number(texts[step.place])
        if step.who[0] == "phone":
            is_odd |= _is_abroad(person, texts) & is_filled(texts[step.place])
    name = _composed_name(person, texts, [one.values for one in found if one.who[0] == "name"])
    found.append(Identified(("name", "", person.name_evidence), name))
    found.append(Identified(("address", "", person.address_evidence), _whole_address(person, texts)))
    return without_repeats([one for one in found if one.values.null_count < len(is_odd)]), is_ours


def _is_abroad(person: Person, texts: list[pa.Array]) -> Flags:
    """Return the rows whose country is another than the source's: their numbers are written as people write them there."""
    countries = texts[person.country].dictionary_encode()
    if not len(countries.dictionary):
        return np.zeros(len(countries), np.bool_)
    are = np.array([bool(each and person.abroad(line(each) or "")) for each in countries.dictionary.to_pylist()])
    return flags_of(pa.array(are).take(countries.indices).fill_null(False))


def _is_house_number(texts: pa.Array) -> Flags:
    """Return the rows whose cell holds a number alone, which goes to the street beside it."""
    own, found = each_once(texts, lambda text: bool(HOUSE_NUMBER.fullmatch(text)))
    return np.array(found, np.bool_)[own]


def clean_lines(texts: pa.Array) -> pa.Array:
    """Return texts as ``table_values.line`` does: each as one clean line, null where nothing is left."""
    if not is_filled(texts).any():
        return pa.nulls(len(texts), texts.type)
    found = texts.dictionary_encode()
    other = ~flags_of(pc.match_substring_regex(found.dictionary, LINE))
    return made_where(found.dictionary, other, line).take(found.indices)


def consent_lists(
    consents: Consents, layout: Layout, texts: list[pa.Array], found: list[Identified], is_odd: Flags
) -> pa.Array:
    """Return the signals that ``Consents.signals`` gives, a list a row; a row that says neither yes nor no is marked odd.

    Args:
        found: the identifiers of the rows' persons.
    """
    rows: list[Places] = [np.zeros(0, np.int64)]
    channels: list[str] = []
    points: list[pa.Array] = [pa.array([], pa.string())]
    yes: list[Flags] = [np.zeros(0, np.bool_)]
    for asked in consents.steps:
        said = read(texts[asked.place], partial(asked.allowed, layout=layout), pa.bool_(), is_odd)
        says, allowed = is_there(said), flags_of(said.fill_null(False))
        reached = np.zeros(len(is_odd), np.bool_)
        signals = [(is_there(one.values) & says, one.values) for one in found if one.who[0] == CONTACTS.get(asked.channel)]
        for there, _ in signals:
            reached |= there
        for there, values in [*signals, (says & ~reached, pa.array(np.full(len(is_odd), "")))]:
            rows.append(np.flatnonzero(there))
            points.append(values.filter(pa.array(there)))
            yes.append(allowed[there])
            channels += [asked.channel] * len(rows[-1])
    every = np.concatenate(rows)
    order = np.argsort(every, kind="stable")
    own = pa.array(order)
    fields = [
        pa.array(channels, pa.string()).take(own), pa.array(["marketing"] * len(order), pa.string()),
        pa.array(np.concatenate(yes)[order]), pa.concat_arrays(points).take(own),
    ]  # fmt: skip
    return lists_of(CONSENT, every[order], fields, len(is_odd))


def _identified(step: Step, texts: pa.Array, source: Source, is_odd: Flags, is_ours: Flags) -> Identified:
    """Return what a column's texts make, each that differs made once, and most of them as they stand."""
    found = texts.dictionary_encode()
    own, words = found.indices.to_numpy(zero_copy_only=False), found.dictionary
    values, is_plain = as_they_stand(step.who[0], words, source)
    others = np.flatnonzero(~is_plain)
    made = [_made(step, text) for text in words.take(pa.array(others)).to_pylist()]
    values = pc.replace_with_mask(values, pa.array(~is_plain), pa.array([value for value, _, _ in made], pa.string()))
    for marked, flags in ((is_ours, [ours for _, ours, _ in made]), (is_odd, [odd for _, _, odd in made])):
        if any(flags):
            of_words = np.zeros(len(words), np.bool_)
            of_words[others] = flags
            marked |= of_words[own]
    return Identified(step.who, values.take(found.indices))


def _made(step: Step, text: str) -> tuple[str | None, bool, bool]:
    """Return a text's identifier, whether it is one of ours, and whether the text is none."""
    one, is_ours = step.made(text)
    return one.value if one else None, is_ours, not one and bool(text)


def _composed_name(person: Person, texts: list[pa.Array], names: list[pa.Array]) -> pa.Array:
    """Return the names that rows without a name have in parts."""
    given, family = _filled(texts, person.given), _filled(texts, person.family)
    if not (is_filled(given).any() and is_filled(family).any()):
        return pa.nulls(len(given), pa.string())
    given, family = clean_lines(given), clean_lines(family)
    whole = pc.binary_join_element_wise(given, family, " ")
    if flags_of(in_signs := pc.match_substring_regex(family, identifiers.SIGNS).fill_null(False)).any():
        in_signs = pc.and_(in_signs, pc.match_substring_regex(given, identifiers.SIGNS).fill_null(False))
        whole = pc.if_else(in_signs, pc.binary_join_element_wise(family, given, " "), whole)
    for named in names:
        whole = pc.if_else(named.is_valid(), NULL, whole)

    def name(text: str) -> str | None:
        one = identifiers.name(text, person.name_evidence)
        return one.value if one else None

    return made_where(whole, ~flags_of(pc.match_substring_regex(whole, NAME).fill_null(True)), name)


def _filled(texts: list[pa.Array], places: list[int]) -> pa.Array:
    """Return the first of a field's cells that is filled."""
    found = texts[places[0]]
    for place in places[1:]:
        found = pc.if_else(pc.equal(found, ""), texts[place], found)
    return found


def _whole_address(person: Person, texts: list[pa.Array]) -> pa.Array:
    """Return the addresses that rows with a street have in parts."""
    parts = [_filled(texts, places) for places in person.address]
    if not is_filled(parts[0]).any():
        return pa.nulls(len(parts[0]), pa.string())
    parts = list(map(clean_lines, parts))
    # not null_handling="skip": of a row of nothing but null, pyarrow 26 makes no row at all
    behind = [pc.binary_join_element_wise("", part, ", ").fill_null("") for part in parts[1:]]
    whole = pc.binary_join_element_wise(parts[0], *behind, "")

    def address(text: str) -> str | None:
        one = plain("address", text, person.address_evidence)
        return one.value if one else None

    is_plain = pc.and_(pc.string_is_ascii(whole), pc.less_equal(pc.binary_length(whole), PLAIN_LIMIT))
    return made_where(whole, ~flags_of(is_plain.fill_null(True)), address)
