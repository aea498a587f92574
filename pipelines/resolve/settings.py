"""``config/linkage.yml``: how people are linked, checked as it is read."""

import hashlib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.errors import ConfigurationError
from pipelines.settings import first_problem, load_yaml

# Keys that only the steps after scoring go by.
_NOT_SCORED = {
    "threshold", "tie_margin", "unique_name", "unique_scopes", "values_at_most", "identities_at_most", "review",
    "change_budget",
}  # fmt: skip


class Rule(BaseModel):
    """One blocking rule: a value shared by more identities than ``max_block`` makes no pairs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_block: int = Field(ge=2)


class Review(BaseModel):
    """What stewards are asked; see docs/stewards.md.

    Attributes:
        margin: bits on either side of the threshold within which a pair is in doubt.
        at_most: pairs in doubt that the queue holds, those first that a wrong answer would cost most.
        audit_pairs: pairs that are drawn by lot from each stratum at most (at least half as many where there are enough).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    margin: float = Field(default=3.0, ge=0)
    at_most: int = Field(default=10_000, ge=1)
    audit_pairs: int = Field(default=100, ge=0)


class Allowance(BaseModel):
    """What may move: a share (0 to 1) of all there are, and in small worlds a number that always may."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: float = Field(ge=0, le=1)
    at_least: int = Field(ge=0)

    def allows(self, count: int) -> int:
        """Return how many of ``count`` may move."""
        return max(int(count * self.share), self.at_least)


class ChangeBudget(BaseModel):
    """What a night may move against the version in use before a person is asked; see docs/customer-ids.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    customers: Allowance = Allowance(share=0.03, at_least=50)
    interactions: Allowance = Allowance(share=0.03, at_least=500)


class Confirmed(BaseModel):
    """What speaks for a claim beside its words; see sql/resolve/confirmed_claim.sql.

    Attributes:
        repeated_hours: hours that may lie between two messages that ask the same.
        repeated_letters: letters of a message from which saying the same is no coincidence.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    repeated_hours: float = Field(default=72.0, ge=0)
    repeated_letters: int = Field(default=40, ge=1)


Blocking = Literal[
    "account", "crm_id", "email", "phone", "handle", "reference", "claim", "birth", "alias", "home", "name", "near"
]  # fmt: skip
Counted = Literal["email", "phone", "handle", "account", "crm_id"]


class Linkage(BaseModel):
    """The keys of ``linkage.yml``; weights are in bits (log2 of the odds)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    threshold: float
    keep_above: float
    unique_name: float = Field(ge=0)
    tie_margin: float = Field(ge=0)
    shared_names: int = Field(ge=1)
    claims_at_most: int = Field(ge=0)
    pair_budget: int = Field(ge=1000)
    chat_scopes: list[str] = []
    role_mailboxes: list[str] = []
    unique_scopes: list[str] = []
    values_at_most: dict[Counted, Annotated[int, Field(ge=1)]] = {}
    identities_at_most: int = Field(default=100, ge=2)
    review: Review = Review()
    change_budget: ChangeBudget = ChangeBudget()
    recycled_days: int = Field(default=45, ge=1)
    said_name: str
    signed_name: str = r"[^\s\S]"  # nothing is
    confirmed: Confirmed = Confirmed()
    rules: dict[Blocking, Rule]

    @property
    def joins_from(self) -> float:
        """The bits from which a link may join two: those of a rare name do below the threshold."""
        return self.threshold - self.unique_name

    @property
    def digest(self) -> str:
        """Eight hex digits that change whenever stored scores may no longer be kept."""
        scored = self.model_dump_json(exclude=_NOT_SCORED)
        return hashlib.sha256(scored.encode()).hexdigest()[:8]


def load_linkage(path: Path) -> Linkage:
    """Read ``linkage.yml``.

    Raises:
        ConfigurationError: naming the file and the key.
    """
    document = load_yaml(path)
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path}: expected the keys threshold, keep_above, rules …")
    try:
        linkage = Linkage(**document)
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {first_problem(error, Linkage)}") from None
    except TypeError:
        raise ConfigurationError(f"{path}: keys: they are words") from None
    if linkage.keep_above > linkage.threshold:
        raise ConfigurationError(f"{path}: keep_above: it may not lie above the threshold")
    return linkage
