"""The policy of ``config/policy.yml``: read, checked, and laid down as small tables that the SELECTs rank by."""

import difflib
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import duckdb
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.contract import KINDS, Channel, Evidence
from pipelines.errors import ConfigurationError
from pipelines.settings import first_problem, load_yaml

Attribute = Literal[
    "full_name", "given_name", "family_name", "email", "phone", "handle", "date_of_birth",
    "street", "city", "postcode", "country", "company",
]  # fmt: skip
Rule = Literal["evidence", "source", "most_recent", "most_frequent", "most_complete", "longest"]


def _known_kind(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not a kind of identifier; kinds are {', '.join(KINDS)}")
    return kind


def _different(values: list[str]) -> list[str]:
    if len(set(values)) < len(values):
        raise ValueError("a value stands here twice")
    return values


Kind = Annotated[str, AfterValidator(_known_kind)]
Kinds = Annotated[list[Kind], Field(min_length=1), AfterValidator(_different)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Group(_Part):
    """Attributes that survive together, and the rules that decide which record gives them.

    Attributes:
        attributes: ``attribute: kinds`` of identifiers it is taken from, the preferred kind first.
        rules: in order; the first that tells two values apart decides.
        evidence: the order of the rule ``evidence``; ``claimed`` can only stand last.
        sources: the order of the rule ``source``; sources not named come after, all alike.
    """

    attributes: dict[Attribute, Kinds] = Field(min_length=1)
    rules: Annotated[list[Rule], AfterValidator(_different)] = Field(min_length=1)
    evidence: Annotated[list[Evidence], AfterValidator(_different)] = ["reference", "channel", "claimed"]
    sources: Annotated[list[str], AfterValidator(_different)] = []

    @model_validator(mode="after")
    def _fits(self) -> "Group":
        if "claimed" in self.evidence[:-1]:
            raise ValueError("evidence: claimed can only stand last, because a claim is not proof")
        if "source" in self.rules and not self.sources:
            raise ValueError("rules: 'source' needs the list 'sources'")
        return self


class Consent(_Part):
    """``channel: kinds`` of identifiers that the channel reaches."""

    contact_kinds: dict[Channel, Kinds]


class Enquiries(_Part):
    """How conversations of a customer become one enquiry; shares run from 0 to 1."""

    threads_of_one_matter: list[str] = []
    silence_hours: float = Field(default=6, gt=0, le=8760)
    asked_hours: float = Field(default=24, ge=0, le=8760)
    channel_words: dict[Channel, list[str]] = {}
    window_days: float = Field(default=3, gt=0, le=365)
    window_days_by_topic: dict[str, Annotated[float, Field(gt=0, le=365)]] = {}
    near_words: float = Field(default=0.5, gt=0, le=1)
    near_words_with_reference: float = Field(default=0.3, gt=0, le=1)

    @property
    def numbers(self) -> dict[str, float]:
        """The single figures, by the names that the SELECTs of ``sql/scratch`` give them."""
        return {name: value for name, value in self.model_dump().items() if isinstance(value, int | float)}


class Households(_Part):
    """When an identifier that customers share makes a household of them, or an organisation, and when neither.

    Attributes:
        families_at_most, people_at_most: more family names, or more names, than these on one number or mailbox are an
            organisation.
        families_at_address: up to so many family names at one address are one household; 1 asks for one family name.
        recycled_days: a number, mailbox or address that nobody was seen on for so long went to somebody else; where it
            is not given, ``recycled_days`` of ``linkage.yml`` says so here, too.
        crowd_at_most: what more customers than this carry, without a company in common, says nothing.
        provider_companies: people of more companies than this have addresses at a mail domain that is nobody's own.
    """

    families_at_most: int = Field(default=4, ge=1)
    people_at_most: int = Field(default=12, ge=1)
    families_at_address: int = Field(default=1, ge=1)
    recycled_days: int | None = Field(default=None, ge=1)
    crowd_at_most: int = Field(default=200, ge=2)
    provider_companies: int = Field(default=3, ge=1)


class Policy(BaseModel):
    """The whole of ``policy.yml``; sections that other stages own are left to them."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    survivorship: dict[str, Group]
    consent: Consent
    enquiries: Enquiries
    households: Households = Households()

    @model_validator(mode="after")
    def _every_attribute_once(self) -> "Policy":
        given = [attribute for group in self.survivorship.values() for attribute in group.attributes]
        missing = sorted(set(get_args(Attribute)) - set(given))
        if missing:
            raise ValueError(f"survivorship: no group has {', '.join(missing)}")
        twice = sorted({attribute for attribute in given if given.count(attribute) > 1})
        if twice:
            raise ValueError(f"survivorship: more than one group has {', '.join(twice)}")
        return self


def load_policy(path: Path) -> Policy:
    """Read ``policy.yml``.

    Raises:
        ConfigurationError: naming the file and the key.
    """
    document = load_yaml(path)
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path}: expected a mapping with survivorship, consent and enquiries")
    for section in map(str, document.keys() - Policy.model_fields.keys()):
        if meant := difflib.get_close_matches(section, Policy.model_fields, n=1, cutoff=0.8):
            raise ConfigurationError(f"{path}: {section!r} is no section of a policy; {meant[0]!r} is")
    try:
        return Policy(**document)
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {first_problem(error, Policy)}") from None


def register_policy(con: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """Lay the policy down as temporary tables of ``con``, for the SELECTs of ``sql/golden`` and ``sql/scratch``.

    ``policy_group``
        ``group_name``, ``rules``, ``evidence`` and ``sources`` (lists, in order), ``is_alone`` (it has one attribute).
    ``policy_attribute``
        ``group_name, attribute, kind, kind_rank`` (1 is preferred).
    ``policy_contact``
        ``channel, kind, kind_rank``.
    ``policy_matter``
        ``name`` of a channel or source.
    ``policy_channel_word``
        ``channel, word``.
    ``policy_window``
        ``topic, window_days``.
    """
    groups = policy.survivorship.items()
    _table(
        con, "policy_group (group_name VARCHAR, rules VARCHAR[], evidence VARCHAR[], sources VARCHAR[], is_alone BOOLEAN)",
        [(name, group.rules, group.evidence, group.sources, len(group.attributes) == 1) for name, group in groups],
    )  # fmt: skip
    _table(
        con, "policy_attribute (group_name VARCHAR, attribute VARCHAR, kind VARCHAR, kind_rank INTEGER)",
        [
            (name, attribute, kind, rank)
            for name, group in groups
            for attribute, kinds in group.attributes.items()
            for rank, kind in enumerate(kinds, start=1)
        ],
    )  # fmt: skip
    contacts = policy.consent.contact_kinds.items()
    _table(
        con, "policy_contact (channel VARCHAR, kind VARCHAR, kind_rank INTEGER)",
        [(name, kind, rank) for name, kinds in contacts for rank, kind in enumerate(kinds, start=1)],
    )  # fmt: skip
    windows = policy.enquiries.window_days_by_topic.items()
    _table(con, "policy_matter (name VARCHAR)", [(name,) for name in policy.enquiries.threads_of_one_matter])
    words = policy.enquiries.channel_words.items()
    _table(
        con, "policy_channel_word (channel VARCHAR, word VARCHAR)", [(name, word) for name, all_ in words for word in all_]
    )
    _table(con, "policy_window (topic VARCHAR, window_days DOUBLE)", list(windows))


def _table(con: duckdb.DuckDBPyConnection, definition: str, rows: list[tuple[Any, ...]]) -> None:
    name = definition.split(" ", 1)[0]
    con.execute(f"CREATE OR REPLACE TEMP TABLE {definition}")
    if rows:
        con.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
