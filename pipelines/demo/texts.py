"""What people write: sentences by topic from ``data/texts.yml``, put together message by message."""

from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice
from typing import Any

import numpy as np

from pipelines.demo.contacts import (
    AGENT,
    ASKED,
    CALLS,
    CLAIMS_MAIL,
    CLAIMS_PHONE,
    CUSTOMER,
    DAY,
    HELPDESK,
    MAIL,
    NO_CLAIM,
    NOTE,
    SENSITIVE,
    SMS,
    Contacts,
)  # fmt: skip
from pipelines.demo.names import DATA, Ints
from pipelines.demo.noise import spell_phone
from pipelines.demo.people import People
from pipelines.settings import load_yaml

SAME_PRODUCT = 6  # of 20 products, so many sentences each: neighbours speak of the same one
WIDE = 120  # every list of sentences is repeated to this length, so that one drawn number serves for all
CHANNEL_WORDS = ("e-mail", "our chat", "WhatsApp", "X", "Messenger", "the phone", "SMS")
LANGUAGES = {"spanish": "es", "german": "de", "french": "fr", "polish": "pl"}
AGENTS = ("Anna", "Ben", "Chidi", "Dora", "Ewan", "Farah", "Gwen", "Hugo")


@dataclass(frozen=True)
class Sentences:
    """The sentences of every topic, filled in and repeated to ``WIDE``."""

    subjects: list[list[str]]
    problems: list[list[str]]
    details: list[list[str]]
    replies: list[list[str]]
    topics: list[str]
    other: dict[str, list[str]]
    greetings: dict[str, list[str]]
    closings: dict[str, list[str]]


@cache
def sentences() -> Sentences:
    """Read the templates once."""
    document: dict[str, Any] = load_yaml(DATA / "texts.yml")
    topics = list(document["topics"].values())
    products, days = document["products"], list(islice(cycle(document["days"]), WIDE))

    def fill(lines: list[str]) -> list[str]:
        names_product = any("{product}" in line for line in lines)
        places = [number % SAME_PRODUCT if names_product else number for number in range(WIDE)]
        return [
            lines[place % len(lines)].format(
                product=products[number // SAME_PRODUCT], days=days[number], channel="{channel}"
            )
            for number, place in enumerate(places)
        ]

    def by_topic(key: str) -> list[list[str]]:
        return [fill(topic[key]) for topic in topics]

    return Sentences(
        topics=list(document["topics"]),
        subjects=by_topic("subjects"),
        problems=by_topic("problems"),
        details=by_topic("details"),
        replies=by_topic("replies"),
        other={key: fill(value) for key, value in document.items() if isinstance(value, list)},
        greetings={key: fill(value) for key, value in document["greetings"].items()},
        closings={key: fill(value) for key, value in document["closings"].items()},
    )


@dataclass(frozen=True)
class Written:
    """The text of every message, without quotation or signature, and what it lets on; one entry a message.

    Attributes:
        texts: the words; paragraphs are parted by an empty line in mails only.
        subjects: one a leg.
        agents: index into ``AGENTS`` of who answers; one a leg.
        consent: messages that give or take back consent: (message, channel, allowed).
    """

    texts: list[str]
    subjects: list[str]
    agents: Ints
    consent: list[tuple[int, str, bool]]


def write_texts(contacts: Contacts, people: People, rng: np.random.Generator) -> Written:
    """Compose every message of the log."""
    every = sentences()
    draws = rng.integers(0, WIDE, (3, len(contacts)))
    product = rng.integers(0, WIDE // SAME_PRODUCT, len(contacts.enquiry_topic))
    draws[0] = product[contacts.enquiry] * SAME_PRODUCT + draws[0] % SAME_PRODUCT  # one enquiry, one product
    luck = rng.random(len(contacts))
    topic = contacts.enquiry_topic[contacts.enquiry]
    orders = [f"GT-{number}" for number in contacts.enquiry_order.tolist()]
    told = contacts.leg_tells_order[contacts.leg] & (contacts.position == 0)
    agents = rng.integers(0, len(AGENTS), len(contacts.leg_person))
    first, second, third = draws.tolist()
    texts: list[str] = []
    rows = zip(
        contacts.role.tolist(), contacts.position.tolist(), contacts.channel.tolist(), topic.tolist(),
        contacts.enquiry.tolist(), told.tolist(), first, second, third, contacts.repeats.tolist(), strict=True,
    )  # fmt: skip
    problems, details, replies, other = every.problems, every.details, every.replies, every.other
    for role, position, channel, about, enquiry, tells, one, two, three, repeats in rows:
        if role == CUSTOMER:
            if position:
                text = other["followups"][one]
            elif repeats >= 0:
                text = texts[repeats] if one % 3 == 0 else f"{other['repeats'][one]} {texts[repeats]}"
            elif channel == CALLS:
                text = f"Caller says: {problems[about][one]} {details[about][two] if three % 2 else ''}".rstrip()
            elif channel in (MAIL, HELPDESK) or three % 3 == 0:
                gap = "\n" if channel == MAIL and three % 2 else " "
                text = f"{problems[about][one]}{gap}{details[about][two]}{gap}{other['asks'][three]}"
            else:
                text = f"{problems[about][one]} {other['asks'][three]}" if three % 2 else problems[about][one]
            if tells and orders[enquiry] not in text:
                text = _tell_order(text, orders[enquiry], three)
        elif role == AGENT:
            text = replies[about][one] if three % 4 else f"{replies[about][one]} The order is {orders[enquiry]}."
        elif role == NOTE:
            text = other["notes"][one]
        else:
            text = other["public"][one]
        texts.append(text)
    _tell_who(texts, contacts, people, draws)
    _ask_to_move(texts, contacts, draws)
    consent = _consent(texts, contacts, luck, draws[0])
    subjects = _subjects(contacts, every, orders, rng)
    return Written(texts, subjects, agents, consent)


def _tell_order(text: str, order: str, style: int) -> str:
    match style % 5:
        case 0:
            return f"{text} Order {order}."
        case 1:
            return f"{text} My order number is {order}."
        case 2:
            return f"Re order {order.lower()}: {text}"
        case 3:
            return f"{text} ({order})"
        case _:
            return f"{text} It is about {order}."


def _tell_who(texts: list[str], contacts: Contacts, people: People, draws: Ints) -> None:
    """Add the mail address, number or name that the conversation lets on, to its first message of the customer."""
    legs = np.flatnonzero((contacts.leg_claim != NO_CLAIM) & (contacts.leg_first >= 0))
    for leg in legs.tolist():
        message = int(contacts.leg_first[leg])
        if contacts.role[message] not in (CUSTOMER,):
            message += 1  # after our public answer
            if message >= len(contacts) or contacts.leg[message] != leg:
                continue
        person, days, style = int(contacts.person[message]), contacts.at[message] / DAY, int(draws[1, message])
        claim = contacts.leg_claim[leg]
        if claim == CLAIMS_MAIL:
            mail = people.emails[int(days >= people.email_changed[person])][person]
            words = (
                ("My e-mail is {}.", "You can reach me at {}", "The account is under {}.", "mail: {}")[style % 4].format(
                    mail
                )
                if mail
                else ""
            )
        elif claim == CLAIMS_PHONE:
            phone = people.phones[int(days >= people.phone_changed[person])][person]
            words = (
                ("Call me on {}.", "My number is {}.", "Tel {}")[style % 3].format(spell_phone(phone, style))
                if phone
                else ""
            )
        else:
            words = ("My name is {}.", "This is {}.", "{} here.")[style % 3].format(people.full[person])
        if words:
            texts[message] += f" {words}"


def _ask_to_move(texts: list[str], contacts: Contacts, draws: Ints) -> None:
    """Let our last message of a leg ask to go on elsewhere, where the next leg begins because we asked."""
    other = sentences().other
    following = np.append(contacts.leg_number[1:] > 0, False)
    cause = np.where(following, np.append(contacts.leg_cause[1:], -1), -1)
    ends = np.flatnonzero(np.append(contacts.leg[1:] != contacts.leg[:-1], True))
    asks = ends[np.isin(cause[contacts.leg[ends]], (ASKED, SENSITIVE)) & (contacts.role[ends] == AGENT)]
    for message in asks.tolist():
        leg = int(contacts.leg[message])
        kind = "sensitive" if cause[leg] == SENSITIVE else "asked"
        words = other[kind][int(draws[2, message])]
        texts[message] += " " + words.replace("{channel}", CHANNEL_WORDS[int(contacts.leg_next[leg])])


def _consent(texts: list[str], contacts: Contacts, luck: np.ndarray, draw: Ints) -> list[tuple[int, str, bool]]:
    """Turn a few last words into a yes or a no to advertising; in order of time."""
    found: list[tuple[int, str, bool]] = []
    other = sentences().other
    mine = (contacts.role == CUSTOMER) & (contacts.repeats < 0)
    follow = mine & (contacts.position > 0)
    for message in np.flatnonzero(follow & (contacts.channel == MAIL) & (luck < 0.08)).tolist():
        allowed = bool(luck[message] < 0.015)
        texts[message] += "\n\n" + other["subscribe" if allowed else "unsubscribe"][int(draw[message])]
        found.append((message, "email", allowed))
    for message in np.flatnonzero(
        mine & (contacts.channel == SMS) & (luck < np.where(contacts.position > 0, 0.4, 0.02))
    ).tolist():
        allowed = bool(draw[message] % 6 == 0)
        texts[message] = (
            "START" if allowed else ("STOP", "Stop", "stop please", "STOP ALL", "UNSUBSCRIBE")[int(draw[message]) % 5]
        )
        found.append((message, "sms", allowed))
    return sorted(found, key=lambda entry: int(contacts.at[entry[0]]))


def _subjects(contacts: Contacts, every: Sentences, orders: list[str], rng: np.random.Generator) -> list[str]:
    count = len(contacts.leg_person)
    drawn, style = rng.integers(0, WIDE, count).tolist(), rng.integers(0, 8, count).tolist()
    topics = contacts.enquiry_topic[contacts.leg_enquiry].tolist()
    rows = zip(topics, drawn, style, contacts.leg_enquiry.tolist(), strict=True)
    return [
        f"{every.subjects[topic][line]} ({orders[enquiry]})" if kind == 0 else every.subjects[topic][line]
        for topic, line, kind, enquiry in rows
    ]
