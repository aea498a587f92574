"""The persons of the sample world, one entry a person in every column."""

from dataclasses import dataclass, field
from datetime import date

from pipelines.demo.names import Floats, Ints

NEVER = 1e9  # days after the first night; the time of a change that does not come


@dataclass
class People:
    """One entry a person in every column; times are days after midnight UTC of the first night (negative: before it).

    Attributes:
        full, plain: "Given Family" as written and in ASCII; given, family and their indices into the vocabulary.
        emails, phones, handles: pairs (until the change, from the change on); "" where there is none.
        email_changed, phone_changed, handle_changed: when the second takes over, ``NEVER`` where it does not.
        landline: shared in the household, or "".
        role_mail: a company's mailbox that several persons write from, or "".
        household: index; father, son and flatmates share it, with one address (street, town, postcode, country).
        ids: the truth's name for a person ("p0000042").
        culture, country: a key of ``names.CULTURES``; a key of ``places.COUNTRIES``.
        tags: what makes a person hard to tell ("household", "same_name", …).
    """

    count: int
    ids: list[str]
    culture: list[str]
    country: list[str]
    given_index: Ints
    family_index: Ints
    given: list[str]
    family: list[str]
    full: list[str]
    plain: list[str]
    born: list[date]
    household: Ints
    addresses: list[tuple[str, str, str, str]]
    email_changed: Floats
    phone_changed: Floats
    handle_changed: Floats
    landline: list[str]
    company: list[str]
    role_mail: list[str]
    tags: list[set[str]]
    emails: tuple[list[str], list[str]] = field(default_factory=lambda: ([], []))
    phones: tuple[list[str], list[str]] = field(default_factory=lambda: ([], []))
    handles: tuple[list[str], list[str]] = field(default_factory=lambda: ([], []))
