"""Why two identities are linked, or not: the weights of every comparison, and what became of the pair."""

from dataclasses import asdict, dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.errors import ConfigurationError
from pipelines.resolve.clusters.replay import CutLink, HeldLink, replayed
from pipelines.resolve.explaining.verdict import NOT_LINKED, Case, judge
from pipelines.resolve.explaining.waterfall import Scored, Weight, scored_as, weigh
from pipelines.resolve.explaining.what_if import Piece, Row, missing_pieces, what_if
from pipelines.resolve.lookup import identities_of, schema_of
from pipelines.resolve.pairs.block import MEETS
from pipelines.resolve.relations import run
from pipelines.resolve.scoring.model import Model, load_model
from pipelines.resolve.scoring.score import copy_into, scratch
from pipelines.resolve.settings import Linkage, load_linkage
from pipelines.settings import PACKAGE_ROOT, Home

__all__ = ["PairExplanation", "Weight", "explain_pair"]

HOUSE = Home(PACKAGE_ROOT)


@dataclass(frozen=True)
class PairExplanation:
    """A pair of identities, explained.

    Attributes:
        left, right: the identities, in sorting order.
        rows: the prior ("two people at random") and then every comparison; their bits sum to ``match_weight``.
        match_weight: in bits; ``match_probability`` is the same as a probability.
        threshold: the weight from which a pair is a link.
        verdict: "linked" (the pair is a link and both are one customer), "same customer" (joined through others),
            "not linked".
        why: one sentence, without personal data.
        rules: the blocking rules that let the pair in; empty where none did.
        model_version: model, settings and population of the weights.
        cause: why, as one of the words of docs/explain.md.
        path: where both are one customer, the links that lead from the one to the other.
        between: where they are not, the links between the two customers that were not taken, with the reason.
        rivals: identities of others that may be meant by the name, where it was not enough.
        missing: where the evidence is not enough, what one piece more would make of it, the strongest first.
    """

    left: str
    right: str
    rows: list[Weight]
    match_weight: float
    match_probability: float
    threshold: float
    verdict: str
    why: str
    rules: list[str]
    model_version: str
    cause: str = ""
    path: list[HeldLink] = field(default_factory=list)
    between: list[CutLink] = field(default_factory=list)
    rivals: list[str] = field(default_factory=list)
    missing: list[Piece] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return plain values for ``json.dumps``."""
        return asdict(self) | {
            "path": [link._asdict() for link in self.path],
            "between": [cut._asdict() for cut in self.between],
        }


def explain_pair(con: duckdb.DuckDBPyConnection, left: str, right: str, home: Home | None = None) -> PairExplanation:
    """Explain a pair of identities.

    Args:
        con: a warehouse (schema resolve) or a published customers.duckdb (schema meta, with golden.membership); it may be
            read-only.
        left, right: two identity_ids.
        home: whose ``config/`` goes before the package's; the package's own where None.

    Raises:
        ConfigurationError: an identity is not there, or the two are one.
    """
    home = home or HOUSE
    linkage = load_linkage(home.find("config/linkage.yml"))
    model = load_model(home.find("config/linkage_model.json"))
    left, right = sorted((left, right))
    if left == right:
        raise ConfigurationError(f"{left} is one identity; a pair takes two")
    identities = identities_of(con, (left, right))
    rows = {row["identity_id"]: row for row in identities.to_pylist()}
    for wanted in (left, right):
        if wanted not in rows:
            raise ConfigurationError(
                f"identity {wanted} is not in {schema_of(con)}.identity; golden.membership has those of records"
            )
    population, version = scored_as(con, model)
    asked = what_if(identities, left, right, con)
    told = weigh(pa.concat_tables([identities, asked.identities]), [(left, right), *asked.words], model, population, con)
    scored = told[left, right]
    with scratch(con) as own:
        run(own, "CREATE SCHEMA resolve")
        copy_into(own, "resolve.identity", identities)
        rules = _rules(own, home, linkage)
    with replayed(con, (left, right), linkage) as replay:
        found = judge(
            Case(
                left, right, scored, linkage, _together(con, left, right), rules, _stored(con, left, right),
                _claim(rows[left], rows[right], scored, model, linkage), replay,
            )
        )  # fmt: skip
    is_short = found.verdict == NOT_LINKED and scored.match_weight < linkage.threshold
    missing = missing_pieces(asked, told, scored.match_weight, linkage, con) if is_short else []
    return PairExplanation(
        left, right, scored.rows, round(scored.match_weight, 6), round(scored.match_probability, 9), linkage.threshold,
        found.verdict, found.why, rules, version, found.cause, found.path, found.between, found.rivals, missing,
    )  # fmt: skip


def _rules(own: duckdb.DuckDBPyConnection, home: Home, linkage: Linkage) -> list[str]:
    """Return the blocking rules in which the two identities of the scratch database meet."""
    keys = home.find("sql/resolve/block_key.sql").read_text(encoding="utf-8")
    met = {row[0] for row in run(own, f"WITH key AS ({keys}) SELECT DISTINCT l.rule FROM key AS l, key AS r WHERE {MEETS}")}
    return [rule for rule in linkage.rules if rule in met]


def _together(con: duckdb.DuckDBPyConnection, left: str, right: str) -> bool:
    table = "resolve.cluster" if schema_of(con) == "resolve" else "meta.identity"
    found = run(
        con, f"SELECT DISTINCT customer_id FROM {table} WHERE identity_id IN ($left, $right)", {"left": left, "right": right}
    )
    return len(found) == 1


def _stored(con: duckdb.DuckDBPyConnection, left: str, right: str) -> float | None:
    asked = {"left": left, "right": right}
    edge = f"SELECT match_weight FROM {schema_of(con)}.edge WHERE identity_l = $left AND identity_r = $right"
    rows = run(con, edge, asked)
    return float(rows[0][0]) if rows else None


def _claim(left: Row, right: Row, scored: Scored, model: Model, linkage: Linkage) -> str:
    """Say why what the one claims of the other is no proof; empty where nothing of the kind is claimed."""
    for claimer, owner in ((left, right), (right, left)):
        owned = set(owner["points"] or [])
        told = {f"email:{value}" for value in claimer["claimed_emails"] or []}
        told |= {f"phone:{value}" for value in claimer["claimed_phones"] or []}
        who = f"identity {claimer['identity_id']}"
        if owned & set(claimer["claims"] or []):
            level = next((scored.level_of(one.name) for one in model.comparisons if "claim" in one.name), "")
            found = "their names do not agree" if level == "otherwise" else level
            return f"{who} only typed an address or number of the other's, and a claim alone is no proof ({found})"
        if owned & told:
            most = linkage.claims_at_most
            return f"{who} typed an address or number of the other's, and more than {most} in all: it is believed in none"
    return ""
