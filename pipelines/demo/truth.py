"""The truth beside the inbox: which person each record is of, what belongs together, and what must be set aside."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from pipelines.demo.contacts import (
    ANONYMOUS,
    CAUSES,
    DAY,
    LANDLINE,
    PUBLIC,
    ROLE,
    SOURCES,
    WITHHELD,
)  # fmt: skip
from pipelines.demo.names import Ints
from pipelines.demo.people import People
from pipelines.demo.texts import sentences
from pipelines.demo.world import World

SPECIAL_TAGS = {ANONYMOUS: "anonymous", WITHHELD: "withheld_number", LANDLINE: "household_phone", ROLE: "role_mailbox"}


def write_truth(world: World, folder: Path) -> None:
    """Write the CSV files of ``folder``; every renderer has run before.

    ======================  =====================================================================================
    record_person.csv       source, source_ref, record_kind, person_id, tags, reason; the person is empty where
                            there is none, and ``reason`` says why
    message_enquiry.csv     source, source_ref, enquiry_id, conversation, topic, person_id
    duplicates.csv          source, source_ref, first_source, first_ref: asked again
    switches.csv            enquiry_id, person_id, from_source, from_ref, to_source, to_ref, at, cause
    consent.csv             day, kind, value, channel, purpose, allowed: a contact point's state from the end of that
                            day on; strictest over the persons that share it
    rejected.csv            source, night, file, position, why
    persons.csv             person_id, full_name, date_of_birth, tags
    shared.csv              cause, value, person_id: what several persons have in common and may be mistaken for each
                            other by: household (one address), household_line, shared_mailbox, role_mailbox,
                            recycled_phone, same_name; a row a person, where two or more have the value
    ======================  =====================================================================================
    """
    folder.mkdir(parents=True, exist_ok=True)
    people, contacts = world.people, world.contacts
    source = [SOURCES[channel] for channel in contacts.channel.tolist()]
    sources = _taken(SOURCES, contacts.channel)
    refs = pa.array(world.refs, type=pa.string())
    persons = _taken(people.ids, contacts.person)
    _write_records(world, folder, sources, refs, persons)
    _write(
        folder / "message_enquiry.csv",
        source=sources, source_ref=refs, enquiry_id=_numbered("e", contacts.enquiry),
        conversation=_numbered("l", contacts.leg),
        topic=_taken(sentences().topics, contacts.enquiry_topic[contacts.enquiry]), person_id=persons,
    )  # fmt: skip
    again = np.flatnonzero(contacts.repeats >= 0).tolist()
    first = contacts.repeats[again].tolist()
    _write(
        folder / "duplicates.csv",
        source=[source[message] for message in again], source_ref=[world.refs[message] for message in again],
        first_source=[source[message] for message in first], first_ref=[world.refs[message] for message in first],
    )  # fmt: skip
    _write_switches(world, folder, source)
    _write_consent(world, folder)
    _write(
        folder / "rejected.csv",
        source=[each.source for each in world.rejected], night=[each.night.isoformat() for each in world.rejected],
        file=[each.file for each in world.rejected], position=[each.position for each in world.rejected],
        why=[each.why for each in world.rejected],
    )  # fmt: skip
    _write(
        folder / "persons.csv",
        person_id=people.ids, full_name=people.full, date_of_birth=[day.isoformat() for day in people.born],
        tags=[" ".join(sorted(tags)) for tags in people.tags],
    )  # fmt: skip
    _write_shared(people, folder)


def _write_shared(people: People, folder: Path) -> None:
    """Write who has what in common with whom; of mail addresses and numbers, those of all times."""
    mobiles = zip(people.ids * 2, [*people.phones[0], *people.phones[1]], strict=True)
    mails = zip(people.ids * 2, [*people.emails[0], *people.emails[1]], strict=True)
    causes: dict[str, Iterable[tuple[str, str]]] = {
        "household": zip(people.ids, map(str, people.household.tolist()), strict=True),
        "household_line": zip(people.ids, people.landline, strict=True),
        "shared_mailbox": mails,
        "role_mailbox": zip(people.ids, people.role_mail, strict=True),
        "recycled_phone": mobiles,
        "same_name": zip(people.ids, people.full, strict=True),
    }
    rows: list[tuple[str, str, str]] = []
    for cause, held in causes.items():
        by_value: dict[str, set[str]] = {}
        for person, value in held:
            if value:
                by_value.setdefault(value, set()).add(person)
        rows += [(cause, value, each) for value, who in by_value.items() if len(who) > 1 for each in sorted(who)]
    _write(
        folder / "shared.csv",
        cause=[cause for cause, _, _ in rows], value=[value for _, value, _ in rows],
        person_id=[person for _, _, person in rows],
    )  # fmt: skip


def _write_records(world: World, folder: Path, sources: pa.Array, refs: pa.Array, persons: pa.Array) -> None:
    people, contacts, profiles, nobody = world.people, world.contacts, world.profiles, world.nobody
    tags = [" ".join(sorted(each)) for each in people.tags]
    special = contacts.leg_special[contacts.leg]
    kinds = len(SPECIAL_TAGS) + 1
    every = [f"{tag} {SPECIAL_TAGS[kind]}".strip() if kind else tag for tag in tags for kind in range(kinds)]
    shown = _taken(every, contacts.person * kinds + special)
    rest = len(profiles) + len(nobody)
    _write(
        folder / "record_person.csv",
        source=_joined(sources, [each[0] for each in profiles] + [each[0] for each in nobody]),
        source_ref=_joined(refs, [each[1] for each in profiles] + [each[1] for each in nobody]),
        record_kind=["interaction"] * len(refs) + ["profile"] * len(profiles) + ["interaction"] * len(nobody),
        person_id=_joined(persons, [people.ids[each[2]] for each in profiles] + [""] * len(nobody)),
        tags=_joined(shown, [f"{tags[each[2]]} {each[3]}".strip() for each in profiles] + [""] * len(nobody)),
        reason=[""] * (len(refs) + rest - len(nobody)) + [each[2] for each in nobody],
    )  # fmt: skip


def _write_switches(world: World, folder: Path, source: list[str]) -> None:
    """A move to another channel within an enquiry, and from a public answer to direct messages."""
    contacts = world.contacts
    moves: list[tuple[int, int, str]] = []
    later = np.flatnonzero((contacts.leg_number > 0) & (contacts.leg_first >= 0))
    for leg in later.tolist():
        start = int(contacts.leg_first[leg])
        if contacts.leg_channel[leg] != contacts.leg_channel[leg - 1] and start > 0 and contacts.leg[start - 1] == leg - 1:
            moves.append((start - 1, start, CAUSES[int(contacts.leg_cause[leg])]))
    public = np.flatnonzero((contacts.role == PUBLIC) & np.append(contacts.leg[1:] == contacts.leg[:-1], False)).tolist()
    moves += [(message, message + 1, "public_to_private") for message in public]
    moves.sort()
    columns = [contacts.enquiry[after] for _, after, _ in moves]
    _write(
        folder / "switches.csv",
        enquiry_id=[f"e{enquiry}" for enquiry in columns],
        person_id=[world.people.ids[contacts.person[after]] for _, after, _ in moves],
        from_source=[source[before] for before, _, _ in moves], from_ref=[world.refs[before] for before, _, _ in moves],
        to_source=[source[after] for _, after, _ in moves], to_ref=[world.refs[after] for _, after, _ in moves],
        at=[f"{world.stamp(world.at[after])}Z" for _, after, _ in moves], cause=[cause for _, _, cause in moves],
    )  # fmt: skip


def _write_consent(world: World, folder: Path) -> None:
    """Play back what the CRM and the texts said: each one's last word, the strictest of those who share a contact point."""
    said: list[tuple[int, int, str, str, str, bool, int]] = [
        (day, 0, kind, value, channel, allowed, person) for day, kind, value, channel, allowed, person in world.consent
    ]
    contacts = world.contacts
    for message, channel, allowed in world.written.consent:
        person, at = world.person[message], world.at[message]
        role = contacts.leg_special[contacts.leg[message]] == ROLE
        began = world.at[int(contacts.leg_first[world.leg[message]])]
        mail = world.people.role_mail[person] if role else world.mail_of(person, began)
        kind, value = ("email", mail) if channel == "email" else ("phone", world.phone_of(person, at))
        said.append((at // DAY, 1 + at, kind, value, channel, allowed, person))
    said.sort(key=itemgetter(0, 1))  # by night and time; what was said at once stays in order
    words: dict[tuple[str, str, str], dict[int, bool]] = {}
    rows: dict[tuple[int, str, str, str], bool] = {}
    for day, _, kind, value, channel, allowed, person in said:
        of_point = words.setdefault((kind, value, channel), {})
        of_point[person] = allowed
        rows[(day, kind, value, channel)] = all(of_point.values())
    keys = list(rows)
    _write(
        folder / "consent.csv",
        day=[world.dates[day] for day, _, _, _ in keys], kind=[kind for _, kind, _, _ in keys],
        value=[value for _, _, value, _ in keys],
        channel=[channel for _, _, _, channel in keys], purpose=["marketing"] * len(keys),
        allowed=["true" if rows[key] else "false" for key in keys],
    )  # fmt: skip


def _taken(values: Sequence[str], places: Ints) -> pa.Array:
    """Return the value of each place; in Arrow, because there are millions."""
    return pa.array(values, type=pa.string()).take(pa.array(places))


def _numbered(letter: str, numbers: Ints) -> pa.Array:
    return pc.binary_join_element_wise(letter, pa.array(numbers).cast(pa.string()), "")


def _joined(first: pa.Array, then: list[str]) -> pa.Array:
    return pa.concat_arrays([first, pa.array(then, type=pa.string())])


def _write(path: Path, **columns: Sequence[Any] | pa.Array) -> None:
    arrays = {
        name: values if isinstance(values, pa.Array) else pa.array(values, type=pa.string())
        for name, values in columns.items()
    }
    pacsv.write_csv(pa.table(arrays), path, pacsv.WriteOptions(quoting_style="needed"))
