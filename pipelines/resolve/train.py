"""Training: what a name says, estimated without labels from customers that are resolved already.

The weights of identifiers are set by hand, in strangers (see ``model``): random pairs of a contact log cannot teach them,
for most that agree are one person's. What is learned is how common names are, how often the names of one person agree
in which way (m, by expectation maximisation over pairs that share an identifier) and those of two people (u, from random
pairs). docs/linkage.md tells how the shipped model was trained.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines import warehouse
from pipelines.errors import ConfigurationError
from pipelines.resolve.comparisons import COLUMNS
from pipelines.resolve.model import (
    Comparison,
    Frequencies,
    Level,
    Model,
    load_model,
    population_of,
    save_model,
    splink_settings,
)
from pipelines.resolve.relations import arrow, run
from pipelines.resolve.score import copy_into, linker_of, scratch
from pipelines.settings import Home

log = logging.getLogger(__name__)

SEED = 20260301
RANDOM_PAIRS = 2e6
FREQUENT = 3  # customers that bear a name from which it gets a frequency of its own
LEAST_CUSTOMERS = 200
_TRAINED = ("name",)
# Pairs that share an identifier of one person alone: most are the same person, in whatever way they write their name.
_BLOCKS = ("l.first_email = r.first_email", "l.first_phone = r.first_phone")


@dataclass(frozen=True)
class TrainingReport:
    """What training saw and changed.

    Attributes:
        version, version_before: of the model that was written, and of the one it was trained from.
        customers: those whose names were counted.
        given_names, family_names: how many have a frequency of their own.
        levels: (comparison, level, m before, m, u before, u) of the trained levels.
        path: where the model was written.
    """

    version: str
    version_before: str
    customers: int
    given_names: int
    family_names: int
    levels: list[tuple[str, str, float | None, float | None, float | None, float | None]]
    path: Path


def train(home: Home, path: Path | None = None, trained_on: str | None = None) -> TrainingReport:
    """Train the names of the model on the home's resolved warehouse and write it.

    Training the same warehouse again gives the same file. The new model takes effect with the next resolve, which scores
    every pair again; customers keep their ids.

    Args:
        path: where to write; the home's ``config/linkage_model.json``, which stands in for the one of the package.
        trained_on: in words, for whoever reads the model.

    Raises:
        ConfigurationError: there are too few resolved customers to learn from.
    """
    base = load_model(home.find("config/linkage_model.json"))
    path = path or home.path / "config" / "linkage_model.json"
    con = warehouse.connect(home.database, home, read_only=True)
    try:
        customers = _customers(con)
        if customers < LEAST_CUSTOMERS:
            raise ConfigurationError(f"{home.database}: {customers} customers with a name; training needs {LEAST_CUSTOMERS}")
        given, family = _frequencies(con, "given_name"), _frequencies(con, "family_name")
        counted = base.model_copy(
            update={"given_names": given, "family_names": family, "dependence": _dependence(con, given, family)}
        )
        trained = _estimated(con, counted)
    finally:
        con.close()
    words = trained_on or f"{customers} customers of {home.path.name}"
    model = trained.model_copy(update={"trained_on": words})
    path.parent.mkdir(parents=True, exist_ok=True)
    save_model(model, path)
    written = load_model(path)
    log.info("train: %d customers, model %s after %s", customers, written.version, base.version)
    return TrainingReport(
        written.version, base.version, customers, len(given.values), len(family.values), _changes(base, written), path
    )


_NAMED = """
    SELECT
        cluster.customer_id,
        arg_max(identity.given_name, (identity.record_count, identity.identity_id)) AS given_name,
        arg_max(identity.family_name, (identity.record_count, identity.identity_id)) AS family_name
    FROM resolve.identity AS identity INNER JOIN resolve.cluster AS cluster USING (identity_id)
    WHERE length(identity.given_name) > 1 AND length(identity.family_name) > 1
    GROUP BY cluster.customer_id
"""


def _customers(con: duckdb.DuckDBPyConnection) -> int:
    return int(run(con, f"SELECT count(*) FROM ({_NAMED})")[0][0])


def _frequencies(con: duckdb.DuckDBPyConnection, column: str) -> Frequencies:
    """Count one customer once. What fewer than ``FREQUENT`` bear shares what is left over, evenly."""
    counts = run(con, f"SELECT {column}, count(*) FROM ({_NAMED}) GROUP BY {column} ORDER BY {column}")
    total = sum(count for _, count in counts)
    rare = [count for _, count in counts if count < FREQUENT]
    floor = sum(rare) / total / len(rare) if rare else FREQUENT / total
    return Frequencies(floor=floor, values={name: count / total for name, count in counts if count >= FREQUENT})


def _dependence(con: duckdb.DuckDBPyConnection, given: Frequencies, family: Frequencies) -> float:
    """Return how much more often two customers share their whole name than its parts alone would have it."""
    names, total = run(
        con, f"SELECT sum(n * (n - 1)), sum(n) FROM (SELECT count(*) AS n FROM ({_NAMED}) GROUP BY given_name, family_name)"
    )[0]
    shared = float(names) / (total * (total - 1))
    by_parts = sum(share**2 for share in given.values.values()) * sum(share**2 for share in family.values.values())
    return float(max(1.0, shared / by_parts))


def _estimated(con: duckdb.DuckDBPyConnection, model: Model) -> Model:
    """Return the model with m and u of its trained comparisons estimated by Splink."""
    identities = arrow(
        con,
        f"""
        SELECT identity_id, {", ".join(COLUMNS)}, emails[1] AS first_email, phones[1] AS first_phone
        FROM resolve.identity ORDER BY identity_id
        """,
    )
    with scratch(con) as own:
        copy_into(own, "identity", identities)
        run(own, "SET threads = 1")  # sums in one order, so that training repeats
        only = model.model_copy(update={"comparisons": [_afresh(one) for one in model.comparisons if one.name in _TRAINED]})
        linker = linker_of(own, splink_settings(only, population_of(con)))
        linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED, min_count_per_level=None)
        for block in _BLOCKS:
            linker.training.estimate_parameters_using_expectation_maximisation(block, fix_u_probabilities=True)
        learned = {told["output_column_name"]: told for told in linker.misc.save_model_to_json()["comparisons"]}
    comparisons = [
        _learned(comparison, learned[comparison.name]) if comparison.name in learned else comparison
        for comparison in model.comparisons
    ]
    return model.model_copy(update={"comparisons": comparisons})


def _afresh(comparison: Comparison) -> Comparison:
    """Return the comparison with m and u to begin from, whatever an earlier training found."""
    free = [level for level in comparison.levels if level.m is not None and not level.fixed]
    begin = {"m": 0.9 / len(free), "u": 0.01 / len(free)}
    return comparison.model_copy(
        update={"levels": [level.model_copy(update=begin) if level in free else level for level in comparison.levels]}
    )


def _learned(comparison: Comparison, told: dict[str, Any]) -> Comparison:
    by_label = {level["label_for_charts"]: level for level in told["comparison_levels"]}
    return comparison.model_copy(
        update={"levels": [_level(level, by_label[level.condition]) for level in comparison.levels]}
    )


def _level(level: Level, told: dict[str, Any]) -> Level:
    """Return the level as Splink learned it; what is fixed, or was never seen, stays."""
    if level.m is None or level.fixed:
        return level
    learned = {"m": told.get("m_probability"), "u": told.get("u_probability")}
    return level.model_copy(update={key: value for key, value in learned.items() if isinstance(value, float)})


def _changes(before: Model, after: Model) -> list[tuple[str, str, float | None, float | None, float | None, float | None]]:
    was = {(comparison.name, level.condition): level for comparison in before.comparisons for level in comparison.levels}
    return [
        (comparison.name, level.condition, old.m, level.m, old.u, level.u)
        for comparison in after.comparisons
        for level in comparison.levels
        if (old := was.get((comparison.name, level.condition), level)) and comparison.name in _TRAINED and level.m
    ]
