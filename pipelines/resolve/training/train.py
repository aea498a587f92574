"""Training: what a name says, estimated without labels from customers that are resolved already.

The weights of identifiers are set by hand, in strangers (see ``model``): random pairs of a contact log cannot teach them,
for most that agree are one person's. What is learned is how common names are, how often the names of one person agree
in which way (m, by expectation maximisation over pairs that share an identifier) and those of two people (u, from random
pairs). What stewards judged is no guess (see ``pinned``). docs/training.md tells how a candidate becomes the model in use.
"""

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.errors import ConfigurationError
from pipelines.resolve.judgements import labelled_pairs
from pipelines.resolve.relations import arrow, run
from pipelines.resolve.scoring.comparisons import COLUMNS
from pipelines.resolve.scoring.model import Comparison, Frequencies, Level, Model, population_of, rounded, splink_settings
from pipelines.resolve.scoring.score import copy_into, linker_of, scratch
from pipelines.resolve.training.pinned import pin_labels

log = logging.getLogger(__name__)

SEED = 20260301
RANDOM_PAIRS = 2e6
FREQUENT = 3  # customers that bear a name from which it gets a frequency of its own
LEAST_CUSTOMERS = 200
LEAST_PAIRS = 100  # of identities that share an address or number: fewer say little of how names vary
_TRAINED = ("name",)
# Pairs that share an identifier of one person alone: most are the same person, in whatever way they write their name.
_BLOCKS = ("l.first_email = r.first_email", "l.first_phone = r.first_phone")


@dataclass(frozen=True)
class Learned:
    """A model as training leaves it, and what it saw.

    Attributes:
        customers: those whose names were counted.
        given_names, family_names: how many have a frequency of their own.
        judged_pairs: judgements of stewards that corrected a guess.
        levels: of the trained comparisons, before and after.
    """

    model: Model
    customers: int
    given_names: int
    family_names: int
    judged_pairs: int
    levels: list["LevelChange"]


@dataclass(frozen=True)
class LevelChange:
    """One trained level: its m and u before and after."""

    comparison: str
    level: str
    m_before: float | None
    m: float | None
    u_before: float | None
    u: float | None


def learn(con: duckdb.DuckDBPyConnection, base: Model, trained_on: str) -> Learned:
    """Train the names of ``base`` on a resolved warehouse; the same warehouse gives the same model, digit for digit.

    Args:
        con: the warehouse, which is only read.
        base: the model in use: what is set by hand stays, the calibration too.
        trained_on: of whom, in words ("customers of …"); their number is put before it.

    Raises:
        ConfigurationError: there are too few resolved customers to learn from, or too few pairs of their identities
            share a mail address or a number.
    """
    customers = _customers(con)
    if customers < LEAST_CUSTOMERS:
        raise ConfigurationError(
            f"{customers} customers with a name are too few to learn from: training needs {LEAST_CUSTOMERS}, as it"
            " learns how common names are; run more nights or sources with names first, the shipped model does until then"
        )
    given, family = _frequencies(con, "given_name"), _frequencies(con, "family_name")
    counted = base.model_copy(
        update={"given_names": given, "family_names": family, "dependence": _dependence(con, given, family)}
    )
    population = population_of(con)
    labels = labelled_pairs(con)
    comparisons, judged = [], 0
    for comparison in _estimated(con, counted, population).comparisons:
        if comparison.name in _TRAINED:
            comparison, spoke = pin_labels(con, counted, comparison, _BLOCKS, labels, population)
            judged += spoke
        comparisons.append(comparison)
    words = f"{customers} {trained_on}" + (f", {judged} judged pairs" if judged else "")
    model = rounded(counted.model_copy(update={"comparisons": comparisons, "trained_on": words}))
    log.info("train: %d customers, %d judged pairs, model %s after %s", customers, judged, model.version, base.version)
    return Learned(model, customers, len(given.values), len(family.values), judged, _changes(base, model))


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
    return float(max(1.0, shared / by_parts)) if by_parts else 1.0


def _estimated(con: duckdb.DuckDBPyConnection, model: Model, population: int) -> Model:
    """Return the model with m and u of its trained comparisons estimated by Splink."""
    identities = arrow(
        con,
        f"""
        SELECT identity_id, {", ".join(COLUMNS)}, emails[1] AS first_email, phones[1] AS first_phone
        FROM resolve.identity ORDER BY identity_id
        """,
    )
    with scratch(con) as own, _quiet_splink():
        copy_into(own, "identity", identities)
        run(own, "SET threads = 1")  # sums in one order, so that training repeats
        only = model.model_copy(update={"comparisons": [_afresh(one) for one in model.comparisons if one.name in _TRAINED]})
        linker = linker_of(own, splink_settings(only, population))
        linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED, min_count_per_level=None)
        for block in _met(own):
            linker.training.estimate_parameters_using_expectation_maximisation(block, fix_u_probabilities=True)
        learned = {told["output_column_name"]: told for told in linker.misc.save_model_to_json()["comparisons"]}
    comparisons = [
        _learned(comparison, learned[comparison.name]) if comparison.name in learned else comparison
        for comparison in model.comparisons
    ]
    return model.model_copy(update={"comparisons": comparisons})


def _met(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the blocks in which identities meet, enough of them to learn from; Splink can train on no other."""
    pairs = "FROM identity AS l INNER JOIN identity AS r ON l.identity_id < r.identity_id"
    met = {block: int(run(con, f"SELECT count(*) {pairs} AND {block}")[0][0]) for block in _BLOCKS}
    if sum(met.values()) < LEAST_PAIRS:
        raise ConfigurationError(
            f"{sum(met.values())} pairs of identities share a mail address or a number of one person's own: how names vary"
            f" is learnt from {LEAST_PAIRS}; run more nights or sources first, the shipped model does until then"
        )
    return [block for block, count in met.items() if count]


@contextlib.contextmanager
def _quiet_splink() -> Iterator[None]:
    """Keep back that some level was not met in one of several trainings: those of none stay as they were."""
    splink = logging.getLogger("splink")
    before = splink.level
    splink.setLevel(logging.ERROR)
    try:
        yield
    finally:
        splink.setLevel(before)


def _afresh(comparison: Comparison) -> Comparison:
    """Return the comparison with m and u to begin from, whatever an earlier training found."""
    begin = _begin(comparison)
    return comparison.model_copy(
        update={"levels": [level.model_copy(update=begin) if _is_free(level) else level for level in comparison.levels]}
    )


def _is_free(level: Level) -> bool:
    return level.m is not None and not level.fixed


def _begin(comparison: Comparison) -> dict[str, float]:
    free = sum(map(_is_free, comparison.levels))
    return {"m": 0.9 / free, "u": 0.01 / free}


def _learned(comparison: Comparison, told: dict[str, Any]) -> Comparison:
    """Return the comparison as Splink learned it; what is fixed, or was never met, stays.

    Splink gives back what it began from where it met no pair; an estimate that ends there to the last digit is none.
    """
    by_label = {level["label_for_charts"]: level for level in told["comparison_levels"]}
    begin = _begin(comparison)
    levels = []
    for level in comparison.levels:
        found = {key: by_label[level.condition].get(f"{key}_probability") for key in begin} if _is_free(level) else {}
        met = {key: value for key, value in found.items() if isinstance(value, float) and value != begin[key]}
        levels.append(level.model_copy(update=met))
    return comparison.model_copy(update={"levels": levels})


def _changes(before: Model, after: Model) -> list[LevelChange]:
    was = {(comparison.name, level.condition): level for comparison in before.comparisons for level in comparison.levels}
    return [
        LevelChange(comparison.name, level.condition, old.m, level.m, old.u, level.u)
        for comparison in after.comparisons
        for level in comparison.levels
        if (old := was.get((comparison.name, level.condition), level)) and comparison.name in _TRAINED and level.m
    ]
