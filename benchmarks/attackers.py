"""Attackers for a sample world: people who type what is somebody else's, through the real export formats, with the truth.

Each attacker is a person of their own, with a name and contact points that nobody else has. ``KINDS`` says what each kind
does, and what speaks for it beside claims.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.attack_exports import Attacker, Exports, Victim
from pipelines.demo.contacts import CUSTOMER
from pipelines.demo.world import World

TAGS_LEFT_OUT = {"shared_mailbox", "role_mailbox", "recycled_phone"}  # whose contact points are not theirs alone


def _typed(victim: Victim) -> str:
    return f"Where is my parcel? Write to {victim.mail} or call {victim.phone}."


def _own_account(export: Callable[..., None], **more: Any) -> Callable[[Exports, Attacker], None]:
    """One account under the attacker's own name, which types the identifiers of one victim a message."""

    def attack(exports: Exports, attacker: Attacker) -> None:
        for victim in attacker.victims:
            export(exports, attacker, _typed(victim), user=attacker.number * 100, name=attacker.name, **more)

    return attack


def _visitors(exports: Exports, attacker: Attacker) -> None:
    for place, victim in enumerate(attacker.victims):
        text = f"Where is my parcel? My e-mail is {victim.mail}, or try {attacker.mail}."
        exports.chat(attacker, text, user=attacker.number * 100 + place, name=f"Visitor {attacker.number:04d}{place:02d}",
                     via="native_messaging")  # fmt: skip


def _sent_on(exports: Exports, attacker: Attacker) -> None:
    """Our agent answers each of them that they should write or call, by the channels that they named."""
    for place, victim in enumerate(attacker.victims):
        exports.chat(attacker, _typed(victim), user=attacker.number * 100 + place, via="native_messaging",
                     name=f"Visitor {attacker.number:04d}{place:02d}",
                     answer="Please write to us by e-mail or by SMS, or call us.")  # fmt: skip


def _form(exports: Exports, attacker: Attacker) -> None:
    for place, victim in enumerate(attacker.victims):
        exports.chat(attacker, "Where is my parcel?", user=attacker.number * 100 + place, name=attacker.name,
                     mail=victim.mail, phone=victim.phone)  # fmt: skip


def _form_as_victim(exports: Exports, attacker: Attacker) -> None:
    for place, victim in enumerate(attacker.victims):
        exports.chat(attacker, f"Where is my parcel? Or write to {attacker.mail}.", user=attacker.number * 100 + place,
                     name=victim.name, mail=victim.mail, phone=victim.phone)  # fmt: skip


def _mail_text(exports: Exports, attacker: Attacker) -> None:
    for victim in attacker.victims:
        exports.mail(attacker, _typed(victim), name=attacker.name)


def _signature(exports: Exports, attacker: Attacker) -> None:
    for victim in attacker.victims:
        signature = f"{victim.name}\nTel: {victim.phone}\n{victim.mail}\n"
        exports.mail(attacker, f"Where is my parcel?\n\nKind regards,\n{victim.name}\n\n-- \n{signature}")


def _text(exports: Exports, attacker: Attacker) -> None:
    for victim in attacker.victims:
        exports.text(attacker, _typed(victim))


def _caller(exports: Exports, attacker: Attacker) -> None:
    for victim in attacker.victims:
        exports.call(attacker, f"My name is {victim.name}, my e-mail is {victim.mail}. Where is my parcel?")


def _spoof(verdict: str) -> Callable[[Exports, Attacker], None]:
    def attack(exports: Exports, attacker: Attacker) -> None:
        for victim in attacker.victims:
            text = f"I have moved house. Answer to {attacker.mail} or call {attacker.phone}."
            exports.mail(attacker, text, sender=victim.mail, verdict=verdict)  # no name that could contradict

    return attack


def _spoof_as_victim(exports: Exports, attacker: Attacker) -> None:
    for victim in attacker.victims:
        text = f"I have moved house. Answer to {attacker.mail} or call {attacker.phone}."
        exports.mail(attacker, text, sender=victim.mail, name=victim.name, verdict="fail")
    exports.mail(attacker, "Is the parcel at my new house yet?")


def _collusion(exports: Exports, attacker: Attacker) -> None:
    """Two mailboxes that claim each other, and every victim between them."""
    other = f"second.{attacker.mail}"
    for victim in attacker.victims:
        exports.mail(attacker, f"Write to {other} or to {victim.mail}.")
        exports.mail(attacker, f"Write to {attacker.mail} or to {victim.mail}.", sender=other)


def _order(*more: str) -> Callable[[Exports, Attacker], None]:
    def attack(exports: Exports, attacker: Attacker) -> None:
        for place, victim in enumerate(attacker.victims):
            text = f"Where is order {victim.order}?" + (f" My e-mail is {victim.mail}." if "mail" in more else "")
            exports.chat(attacker, text, user=attacker.number * 100 + place, via="native_messaging",
                         name=f"Visitor {attacker.number:04d}{place:02d}")  # fmt: skip

    return attack


def _squatters(exports: Exports, attacker: Attacker) -> None:
    """Accounts on X whose handle is the local part of a victim's address, as far as a handle reaches."""
    for place, victim in enumerate(attacker.victims):
        handle = victim.mail.partition("@")[0].replace(".", "_").replace("+", "_")[:14]
        handle += "_" if handle == victim.handle else ""  # the platform gives a handle once
        exports.post(attacker, handle, user=attacker.number * 100 + place)


def _mail_as_victim(exports: Exports, attacker: Attacker) -> None:
    for place, victim in enumerate(attacker.victims):
        exports.mail(attacker, _typed(victim), name=victim.name, sender=f"x{place}.{attacker.mail}")


def _thread_as_victim(text_of: Callable[[Victim], str]) -> Callable[[Exports, Attacker], None]:
    def attack(exports: Exports, attacker: Attacker) -> None:
        for place, victim in enumerate(attacker.victims):
            exports.thread(attacker, text_of(victim), user=attacker.number * 100 + place, name=victim.name)

    return attack


@dataclass(frozen=True)
class Kind:
    """A kind of attacker: what they do, what speaks for them beside claims, and how it is written."""

    words: str
    beside: str
    attack: Callable[[Exports, Attacker], None]


NOTHING, SAID, SHOWN, HANDLE, ORDER, UNCHECKED = (
    "nothing", "a name they typed", "a name their account shows", "a handle they chose", "an order number",
    "a sender nobody checked",
)  # fmt: skip
PROMISED = {NOTHING}  # what attackers may have beside claims and still become nobody: law 7, and the tests
KINDS: dict[str, Kind] = {
    "chat": Kind("type in a helpdesk chat, from one account", NOTHING, _own_account(Exports.chat, via="native_messaging")),
    "visitors": Kind("are nameless chat visitors, typing their own mail too", NOTHING, _visitors),
    "messenger": Kind("type in Messenger, from one account", NOTHING, _own_account(Exports.thread)),
    "form": Kind("fill web forms with the victim's address and number", NOTHING, _form),
    "mail_text": Kind("type in mails from their own address", NOTHING, _mail_text),
    "sms": Kind("type in text messages from their own number", NOTHING, _text),
    "spoof": Kind("forge From, and authentication failed", NOTHING, _spoof("fail")),
    "collusion": Kind("are two mailboxes that claim each other and the victim", NOTHING, _collusion),
    "sent_on": Kind("are nameless visitors whom we ask to go on by mail, SMS or phone", NOTHING, _sent_on),
    "signature": Kind("sign mails with the victim's name and number", SAID, _signature),
    "caller": Kind("call: my name is …, my e-mail is …", SAID, _caller),
    "form_as": Kind("fill web forms with the victim's name as well", SAID, _form_as_victim),
    "spoof_as": Kind("forge From with the victim's name, and authentication failed", SAID, _spoof_as_victim),
    "mail_as": Kind("type in mails from an own mailbox of the victim's name", SHOWN, _mail_as_victim),
    "messenger_as": Kind("type in Messenger, from an account of the victim's name", SHOWN, _thread_as_victim(_typed)),
    "name_only": Kind("have a Messenger account of the victim's name, and type nothing", SHOWN,
                      _thread_as_victim(lambda _: "Where is my parcel?")),
    "squatter": Kind("have a handle on X like the victim's local part", HANDLE, _squatters),
    "order": Kind("are nameless chat visitors who know an order number", ORDER, _order()),
    "order_mail": Kind("the same, typing the victim's mail as well", ORDER, _order("mail")),
    "unchecked": Kind("forge From, and no server looked", UNCHECKED, _spoof("")),
}  # fmt: skip


def victims_of(world: World) -> Iterator[Victim]:
    """Yield persons with an address and a number of their own who wrote at least once, in an order that tells nothing."""
    people, contacts = world.people, world.contacts
    orders: dict[int, str] = {}
    first = contacts.leg_first
    for leg in range(len(contacts.leg_person)):
        if contacts.leg_tells_order[leg] and first[leg] >= 0 and contacts.role[first[leg]] == CUSTOMER:
            orders[int(contacts.leg_person[leg])] = f"GT-{contacts.enquiry_order[contacts.leg_enquiry[leg]]}"
    writers = set(world.person)
    end = world.nights * 86_400 - 1
    for person in world.rng(666).permutation(people.count).tolist():
        mail, phone = world.mail_of(person, end), world.phone_of(person, end)
        if person in writers and mail and phone and not people.tags[person] & TAGS_LEFT_OUT:
            handle = world.handle_of(person, end)
            yield Victim(people.ids[person], people.full[person], mail, phone, handle, orders.get(person, ""))


def attack(world: World, home: Path, sizes: tuple[int, ...], kinds: tuple[str, ...] = tuple(KINDS)) -> list[Attacker]:
    """Let attackers of each kind loose, write what they write, and add it to the truth.

    Args:
        world: the one whose exports lie in ``home``.
        home: gets more files in its inbox, and rows in its truth.
        sizes: how many victims each attacker of a kind has, one attacker an entry.
        kinds: which of ``KINDS``.

    Raises:
        ValueError: the world has too few persons who can be victims; no two attackers share one.
    """
    night = datetime.combine(world.night(world.nights - 1), datetime.min.time(), UTC)
    exports = Exports(home / "inbox", night)
    ready = list(victims_of(world))
    known = [victim for victim in ready if victim.order]
    others = [victim for victim in ready if not victim.order]
    attackers: list[Attacker] = []
    for kind in sorted(kinds, key=lambda name: KINDS[name].beside != ORDER):  # those first who need an order number
        for size in sizes:
            source = known if KINDS[kind].beside == ORDER or len(others) < size else others
            if len(source) < size:
                raise ValueError("too few persons to be victims: give the world more")
            victims = [source.pop() for _ in range(size)]
            attacker = Attacker(kind, len(attackers) + 1, victims)
            KINDS[kind].attack(exports, attacker)
            attackers.append(attacker)
    exports.write()
    with (home / "truth" / "record_person.csv").open("a", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(
            [source, ref, kind, attacker.person, "attacker", ""]
            for attacker in attackers
            for kind, source, ref in attacker.records
        )
    return attackers
