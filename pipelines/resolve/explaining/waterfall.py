"""How pairs add up: what each comparison of the model found between two identities, and the bits it adds."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log2
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.resolve.lookup import schema_of
from pipelines.resolve.relations import run
from pipelines.resolve.scoring.comparisons import NAME_COMPARISONS
from pipelines.resolve.scoring.model import LEAST_POPULATION, Model
from pipelines.resolve.scoring.score import copy_into, score_pairs, scratch

START = "two people at random"
OTHERWISE = "otherwise"  # what the model calls the level below all others
SPEAKS = 0.5  # bits from which a comparison is worth a word

Pair = tuple[str, str]  # two identity_ids, the smaller first


@dataclass(frozen=True)
class Weight:
    """One row of the waterfall: what a comparison found, and what it adds in bits (log2 of the Bayes factor)."""

    comparison: str
    level: str
    bits: float

    @property
    def found(self) -> str:
        """Return the level in words: below all that agree in some way, what is compared differs."""
        return f"{self.comparison} differs" if self.level == OTHERWISE else self.level


@dataclass(frozen=True)
class Scored:
    """A pair as the model weighs it.

    Attributes:
        rows: the prior ("two people at random") and then every comparison; their bits sum to ``match_weight``.
        match_weight: in bits; ``match_probability`` is the same as a probability.
    """

    rows: list[Weight]
    match_weight: float
    match_probability: float

    @property
    def other_weight(self) -> float:
        """Return the bits that come from anything but the names."""
        return sum(row.bits for row in self.rows[1:] if row.comparison not in NAME_COMPARISONS)

    @property
    def deciding(self) -> list[Weight]:
        """Return what speaks for the pair, the strongest first; then what speaks against it, the strongest first."""
        spoken = [row for row in self.rows[1:] if abs(row.bits) >= SPEAKS]
        return sorted(spoken, key=lambda row: (row.bits < 0, -abs(row.bits), row.comparison))

    def level_of(self, comparison: str) -> str:
        """Return what a comparison found; empty where the model has no such comparison."""
        return next((row.level for row in self.rows if row.comparison == comparison), "")


def scored_as(con: duckdb.DuckDBPyConnection, model: Model) -> tuple[int, str]:
    """Return the population that the stored edges reckon with, and their version; the least one where there is no edge."""
    versions = run(con, f"SELECT any_value(model_version) FROM {schema_of(con)}.edge")
    version = versions[0][0] if versions else None
    return (int(version.rsplit("-", 1)[1]), version) if version else (LEAST_POPULATION, model.version)


def weigh(
    identities: pa.Table, pairs: Iterable[Pair], model: Model, population: int, within: duckdb.DuckDBPyConnection
) -> dict[Pair, Scored]:
    """Weigh pairs through the model as a night does.

    Args:
        identities: rows of resolve.identity, those of all sides among them.
        pairs: of identity ids, the smaller first.
        population: how many people the weights reckon with.
        within: a connection whose limits of memory and disk the scratch database takes over.
    """
    wanted = sorted(set(pairs))
    if not wanted:
        return {}
    with scratch(within) as own:
        run(own, "CREATE SCHEMA resolve")
        copy_into(own, "resolve.identity", identities)
        left, right = zip(*wanted, strict=True)
        copy_into(own, "candidate_pair", pa.table({"identity_l": list(left), "identity_r": list(right)}))
        scored = score_pairs(own, model, population, detail=True).to_pylist()
    return {(row["identity_id_l"], row["identity_id_r"]): _told(model, population, row) for row in scored}


def _told(model: Model, population: int, scored: dict[str, Any]) -> Scored:
    return Scored(_rows(model, population, scored), float(scored["match_weight"]), float(scored["match_probability"]))


def _rows(model: Model, population: int, scored: dict[str, Any]) -> list[Weight]:
    """Return the waterfall; a comparison's levels are numbered from the worst (0) up, a missing attribute is -1."""
    rows = [Weight(START, f"1 in {population}", round(-log2(population - 1), 6))]
    for comparison in model.comparisons:
        told = [level.condition for level in comparison.levels if level.m is not None][::-1]
        missing = next((level.condition for level in comparison.levels if level.m is None), f"{comparison.name} missing")
        place = int(scored[f"gamma_{comparison.name}"])
        bits = float(scored[f"mw_{comparison.name}"]) + float(scored.get(f"mw_tf_adj_{comparison.name}") or 0.0)
        rows.append(Weight(comparison.name, missing if place < 0 else told[place], round(bits, 6)))
    return rows
