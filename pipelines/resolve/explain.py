"""Why two identities are linked, or not: the weights of every comparison, and what became of the pair."""

from dataclasses import dataclass
from math import log2
from typing import Any

import duckdb

from pipelines.errors import ConfigurationError
from pipelines.resolve.block import MEETS
from pipelines.resolve.cluster import CORROBORATED
from pipelines.resolve.comparisons import COLUMNS, NAME_COMPARISONS
from pipelines.resolve.model import LEAST_POPULATION, Model, load_model
from pipelines.resolve.relations import arrow, run
from pipelines.resolve.score import copy_into, score_pairs, scratch
from pipelines.resolve.settings import Linkage, load_linkage
from pipelines.settings import PACKAGE_ROOT, Home

HOUSE = Home(PACKAGE_ROOT)


@dataclass(frozen=True)
class Weight:
    """One row of the waterfall: what a comparison found, and what it adds in bits (log2 of the Bayes factor)."""

    comparison: str
    level: str
    bits: float


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
    schema = "resolve" if _has_table(con, "resolve", "identity") else "meta"
    left, right = sorted((left, right))
    if left == right:
        raise ConfigurationError(f"{left} is one identity; a pair takes two")
    both = arrow(con, f"SELECT * FROM {schema}.identity WHERE identity_id IN ('{_safe(left)}', '{_safe(right)}')")
    for wanted in (left, right):
        if wanted not in both["identity_id"].to_pylist():
            raise ConfigurationError(
                f"identity {wanted} is not in {schema}.identity; golden.membership has those of records"
            )
    if lacking := set(COLUMNS) - set(both.column_names):
        raise ConfigurationError(f"{schema}.identity lacks {', '.join(sorted(lacking))}; it was written by an older version")
    population, version = _scored_as(con, schema, model)
    with scratch(con) as own:
        run(own, "CREATE SCHEMA resolve")
        copy_into(own, "resolve.identity", both)
        run(own, f"CREATE TABLE candidate_pair AS SELECT '{_safe(left)}' AS identity_l, '{_safe(right)}' AS identity_r")
        scored = score_pairs(own, model, population, detail=True).to_pylist()[0]
        rules = _rules(own, home, linkage)
    weight = float(scored["match_weight"])
    rows = _rows(model, population, scored)
    beside = sum(row.bits for row in rows[1:] if row.comparison not in NAME_COMPARISONS)
    verdict, why = _verdict(_together(con, schema, left, right), linkage, weight, beside, rules)
    return PairExplanation(
        left, right, rows, round(weight, 6), round(float(scored["match_probability"]), 9), linkage.threshold, verdict, why,
        rules, version,
    )  # fmt: skip


def _safe(identity_id: str) -> str:
    if not identity_id.isalnum():
        raise ConfigurationError("an identity_id is 20 hex digits; golden.membership has those of records")
    return identity_id


def _has_table(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    found = run(
        con,
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = $schema AND table_name = $table",
        {"schema": schema, "table": table},
    )
    return bool(found)


def _scored_as(con: duckdb.DuckDBPyConnection, schema: str, model: Model) -> tuple[int, str]:
    """Return the population that the stored edges reckon with, and their version; the least one where there is no edge."""
    versions = run(con, f"SELECT any_value(model_version) FROM {schema}.edge")
    version = versions[0][0] if versions else None
    return (int(version.rsplit("-", 1)[1]), version) if version else (LEAST_POPULATION, model.version)


def _rows(model: Model, population: int, scored: dict[str, Any]) -> list[Weight]:
    """Return the waterfall; a comparison's levels are numbered from the worst (0) up, a missing attribute is -1."""
    rows = [Weight("two people at random", f"1 in {population}", round(-log2(population - 1), 6))]
    for comparison in model.comparisons:
        told = [level.condition for level in comparison.levels if level.m is not None][::-1]
        missing = next(level.condition for level in comparison.levels if level.m is None)
        place = int(scored[f"gamma_{comparison.name}"])
        bits = float(scored[f"mw_{comparison.name}"]) + float(scored.get(f"mw_tf_adj_{comparison.name}") or 0.0)
        rows.append(Weight(comparison.name, missing if place < 0 else told[place], round(bits, 6)))
    return rows


def _rules(own: duckdb.DuckDBPyConnection, home: Home, linkage: Linkage) -> list[str]:
    """Return the blocking rules in which the two identities of the scratch database meet."""
    keys = home.find("sql/resolve/block_key.sql").read_text(encoding="utf-8")
    met = {row[0] for row in run(own, f"WITH key AS ({keys}) SELECT DISTINCT l.rule FROM key AS l, key AS r WHERE {MEETS}")}
    return [rule for rule in linkage.rules if rule in met]


def _together(con: duckdb.DuckDBPyConnection, schema: str, left: str, right: str) -> bool:
    table = "resolve.cluster" if schema == "resolve" else "meta.identity"
    found = run(
        con, f"SELECT DISTINCT customer_id FROM {table} WHERE identity_id IN ($left, $right)", {"left": left, "right": right}
    )
    return len(found) == 1


def _verdict(is_together: bool, linkage: Linkage, weight: float, beside: float, rules: list[str]) -> tuple[str, str]:
    is_link = weight >= linkage.threshold
    if is_together and is_link and rules:
        return "linked", "the evidence is above the threshold"
    if is_together:
        return "same customer", "this pair alone is no link; others that both are linked to join them"
    if not rules:
        return "not linked", "no blocking rule lets them meet: they have no identifier, name or address in common"
    if not is_link:
        return "not linked", "the evidence is below the threshold"
    if beside < CORROBORATED:
        return "not linked", "nothing but the name speaks for it, and someone else of that name may be meant"
    return "not linked", "the guard keeps them apart: joined, the customer would contradict itself"
