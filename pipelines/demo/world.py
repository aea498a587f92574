"""The sample world: a shop, the persons who write to it, what they write, and what is true of each record."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

import numpy as np

from pipelines.demo.contacts import DAY, Contacts, make_contacts
from pipelines.demo.names import Ints
from pipelines.demo.people import People
from pipelines.demo.population import make_people
from pipelines.demo.texts import Written, write_texts

# The shop, as it appears in every export and in ``own`` of config/sources.yml.
SHOP = "Marlowe & Finch"
SHOP_MAIL = "support@marlowe-finch.example"
SHOP_PHONE = "+441617150100"
SHOP_SMS = "+447480000100"
SHOP_X_ID = "1180345678901234567"
SHOP_X_HANDLE = "MarloweFinch"

# One bad record in so many, and none in a file with fewer than a hundred: far below ``max_quarantined_share``.
BAD_FEW, BAD_EVERY = 100, 1_500
CLOCK = [f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}" for second in range(DAY)]


@dataclass(frozen=True)
class Rejected:
    """A record that an extractor must set aside: where it stands and what is wrong."""

    source: str
    night: date
    file: str
    position: str
    why: str


@dataclass
class World:
    """All that is drawn, and what the renderers add to it.

    Attributes:
        refs: the ``source_ref`` of each message, set by its renderer.
        mail_style: a number from 0 to 999 a leg: how its person's name is shown.
        nobody: records without a person: (source, source_ref, why).
        profiles: reference rows: (source, source_ref, person, tags).
        consent: CRM statements: (night's number, kind, value, channel, allowed, person).
        rejected: what must be set aside.
        rendered: messages and rows written, repeats of cumulative exports included.
    """

    seed: int
    first_night: date
    nights: int
    people: People
    contacts: Contacts
    written: Written
    refs: list[str]
    mail_style: list[int]
    nobody: list[tuple[str, str, str]] = field(default_factory=list)
    profiles: list[tuple[str, str, int, str]] = field(default_factory=list)
    consent: list[tuple[int, str, str, str, bool, int]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    rendered: int = 0

    @cached_property
    def at(self) -> list[int]:
        """Each message's time, seconds after the first midnight; as a list, which is quicker than an array one by one."""
        return list(self.contacts.at.tolist())

    @cached_property
    def role(self) -> list[int]:
        """Who wrote each message, as a list."""
        return list(self.contacts.role.tolist())

    @cached_property
    def person(self) -> list[int]:
        """Each message's person, as a list."""
        return list(self.contacts.person.tolist())

    @cached_property
    def leg(self) -> list[int]:
        """Each message's conversation, as a list."""
        return list(self.contacts.leg.tolist())

    @cached_property
    def _changes(self) -> tuple[list[float], list[float], list[float]]:
        """When mail address, number and handle change, in seconds."""
        people = self.people
        mail, phone, handle = (
            (each * DAY).tolist() for each in (people.email_changed, people.phone_changed, people.handle_changed)
        )
        return mail, phone, handle

    @cached_property
    def dates(self) -> list[str]:
        """The nights' dates, "YYYY-MM-DD"."""
        return [self.night(number).isoformat() for number in range(self.nights)]

    def stamp(self, at: int) -> str:
        """Return a time as "YYYY-MM-DDTHH:MM:SS", UTC."""
        day, second = divmod(at, DAY)
        return f"{self.dates[day]}T{CLOCK[second]}"

    @cached_property
    def epoch(self) -> int:
        """Midnight UTC of the first night, in seconds since 1970."""
        return int(datetime(self.first_night.year, self.first_night.month, self.first_night.day, tzinfo=UTC).timestamp())

    def night(self, number: int) -> date:
        """Return the date of the night ``number`` (0 is the first)."""
        return self.first_night + timedelta(days=number)

    def rng(self, stream: int) -> np.random.Generator:
        """Return the random numbers of one renderer, whatever the others drew."""
        return np.random.default_rng([self.seed, stream])

    def messages_of(self, channel: int) -> Ints:
        """Return the messages of a source, in order of leg and position."""
        return np.flatnonzero(self.contacts.channel == channel)

    def mail_of(self, person: int, at: int) -> str:
        """Return the person's own mail address at a time (seconds after the first midnight)."""
        return self.people.emails[at >= self._changes[0][person]][person]

    def phone_of(self, person: int, at: int) -> str:
        """Return the person's mobile number at a time."""
        return self.people.phones[at >= self._changes[1][person]][person]

    def handle_of(self, person: int, at: int) -> str:
        """Return the person's handle on X at a time."""
        return self.people.handles[at >= self._changes[2][person]][person]

    def reject(self, source: str, number: int, file: str, position: str, why: str) -> None:
        """Note a record that must be set aside."""
        self.rejected.append(Rejected(source, self.night(number), f"{source}/{self.night(number)}/{file}", position, why))


def make_world(persons: int, nights: int, seed: int, first_night: date) -> World:
    """Draw the whole world; nothing is written yet."""
    people = make_people(persons, nights, np.random.default_rng([seed, 1]))
    contacts = make_contacts(people, nights, np.random.default_rng([seed, 2]))
    rng = np.random.default_rng([seed, 3])
    written = write_texts(contacts, people, rng)
    styles = rng.integers(0, 1000, len(contacts.leg_person)).tolist()
    return World(seed, first_night, nights, people, contacts, written, [""] * len(contacts), styles)


def bad_count(records: int) -> int:
    """How many bad records go with so many good ones."""
    return 0 if records < BAD_FEW else max(1, records // BAD_EVERY)


def scramble(seed: int, numbers: Ints) -> list[str]:
    """Return 16 hex digits a number, unlike for unlike numbers (the finaliser of splitmix64 is a bijection)."""
    mixed = numbers.astype(np.uint64) + np.uint64((seed * 0x9E3779B97F4A7C15) % (1 << 64))
    with np.errstate(over="ignore"):
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return [f"{number:016x}" for number in (mixed ^ (mixed >> np.uint64(31))).tolist()]
