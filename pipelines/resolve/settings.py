"""``config/linkage.yml``: how people are linked, checked as it is read."""

import hashlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.errors import ConfigurationError
from pipelines.settings import load_yaml


class Rule(BaseModel):
    """One blocking rule: a value shared by more identities than ``max_block`` makes no pairs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_block: int = Field(ge=2)


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
    said_name: str
    rules: dict[str, Rule]

    @property
    def digest(self) -> str:
        """Eight hex digits that change whenever stored scores may no longer be kept."""
        scored = self.model_dump_json(exclude={"threshold", "tie_margin", "unique_name"})
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
    except (ValidationError, TypeError) as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) if isinstance(error, ValidationError) else "keys"
        what = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "they are words"
        raise ConfigurationError(f"{path}: {where}: {what}") from None
    if linkage.keep_above > linkage.threshold:
        raise ConfigurationError(f"{path}: keep_above: it may not lie above the threshold")
    return linkage
