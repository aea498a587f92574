"""Who people are and what they write: endless, and the same in every run.

The sentences are the sample world's. One message in five names an order, one in twenty an address, a number or a handle;
a conversation is four messages, in turns, of one of 50,000 persons.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import NamedTuple

PEOPLE = 50_000
TURNS = 4
APART = 10_000_000  # messages, from one file's first to the next one's
SHOP = "The Shop"
_FIRST = [
    "Ann", "Bob", "Cleo", "Dan", "Eve", "Finn", "Gwen", "Hugo", "Iris", "Jörg", "Kofi", "Lena", "Mei", "Nils", "Olga",
    "Paweł", "Qadir", "Rosa", "Seán", "Tove", "Uma", "Vito", "Wim", "Zoë",
]  # fmt: skip
_LAST = [
    "Archer", "Baker", "Cope", "Dube", "Evans", "Field", "Gray", "Hall", "Iqbal", "Jones", "Khan", "Lowe", "Müller", "Novak",
    "Okoro", "Patel", "Quinn", "Reid", "Shaw", "Tate", "Usman", "Vance", "Wood", "Xu", "Young", "Zając",
]  # fmt: skip
_START = datetime(2024, 1, 1, tzinfo=UTC)
_STEP = timedelta(seconds=5)


class Person(NamedTuple):
    """One of the persons outside."""

    number: int
    name: str
    email: str
    phone: str
    handle: str


class Message(NamedTuple):
    """One message of a conversation; numbers begin with 0, times ascend."""

    number: int
    conversation: int
    turn: int
    person: Person
    at: datetime
    text: str

    @property
    def is_inbound(self) -> bool:
        return self.turn % 2 == 0


def person(number: int) -> Person:
    """Return the person of a conversation."""
    number %= PEOPLE
    first, last = _FIRST[number % len(_FIRST)], _LAST[number // len(_FIRST) % len(_LAST)]
    return Person(
        number, f"{first} {last}", f"person{number}@mail{number % 40}.example", f"+447700{number:06d}", f"user_{number}"
    )


def people(conversations: int) -> Iterator[Person]:
    """Yield the persons of the first conversations."""
    return map(person, range(min(conversations, PEOPLE)))


def conversations(sentences: int, part: int = 0) -> Iterator[list[Message]]:
    """Yield conversations without end; their messages have ``sentences`` sentences on average.

    Args:
        sentences: on average.
        part: numbers files that lie beside each other: no message stands in two of them.
    """
    for conversation in count(part * APART // TURNS):
        who = person(conversation)
        yield [_message(conversation * TURNS + turn, turn, who, sentences) for turn in range(TURNS)]


def messages(sentences: int, part: int = 0) -> Iterator[Message]:
    """Yield the messages of all conversations, one after the other."""
    for conversation in conversations(sentences, part):
        yield from conversation


def _message(number: int, turn: int, who: Person, sentences: int) -> Message:
    return Message(number, number // TURNS, turn, who, _START + _STEP * (number % APART), _text(number, sentences, who))


def _text(number: int, sentences: int, who: Person) -> str:
    pool = _sentences()
    several = 1 + number % (2 * sentences - 1)
    text = ("\n" if number % 4 == 3 else " ").join(pool[(number * 13 + each * 57) % len(pool)] for each in range(several))
    if number % 5 == 0:
        text += f" My order is GT-{100_000 + number % 900_000}."
    if number % 20 == 8:
        text += (
            f" Call me on 07700 {who.number:06d}.",
            f" Write to other{who.number}@mail.example please.",
            f" I'm @{who.handle} on X.",
        )[number // 20 % 3]
    return text


@cache
def _sentences() -> list[str]:
    from pipelines.demo.texts import sentences

    every = sentences()
    topics = [line for topics in (every.problems, every.details, every.replies) for lines in topics for line in lines]
    return [line.replace("{channel}", "our chat") for line in dict.fromkeys(topics)]
