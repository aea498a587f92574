"""The trained model in our own neutral form, and how it is told to Splink.

The JSON holds, for every comparison, its levels from the best agreement down; a level names its condition (see
``comparisons``) and says how often the records of one person agree so (m), and how often those of two do:

- ``u``: the share of all pairs of two people;
- ``strangers``: how many other people are expected to agree so, however many there are; u is this over the population;
- ``frequency``: the column whose frequency stands in for u (a rare name says more than a common one).
"""

import hashlib
import itertools
import json
from pathlib import Path
from typing import Annotated, Any, Literal

import duckdb
import orjson
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.errors import ConfigurationError
from pipelines.files import write_own
from pipelines.resolve.relations import register, run
from pipelines.resolve.scoring.comparisons import CONDITIONS
from pipelines.settings import first_problem

DIGITS = 4  # significant digits of every number: retraining on the same data gives the same file
LEAST_POPULATION = 1024
OTHERWISE = "otherwise"
MEND = "put back a whole one (the home's models/ has each that was in use), or remove it"
CORROBORATED = 1.0  # bits beside the names from which a link rests on more than two equal names


class Level(BaseModel):
    """One grade of agreement. A level without m is one where the attribute is missing: it says nothing."""

    model_config = ConfigDict(extra="forbid")

    condition: str
    m: float | None = Field(default=None, gt=0, le=1)
    u: float | None = Field(default=None, gt=0, le=1)
    strangers: float | None = Field(default=None, gt=0)
    frequency: Literal["name_key", "initial_key", "given_key"] | None = None
    fixed: bool = False

    @model_validator(mode="after")
    def _is_known(self) -> "Level":
        if self.condition not in CONDITIONS:
            raise ValueError(f"condition {self.condition!r} is not one of pipelines/resolve/scoring/comparisons.py")
        if self.m is not None and (self.u is None) == (self.strangers is None):
            raise ValueError(f"level {self.condition!r}: give m with either u or strangers")
        return self

    def u_among(self, population: int) -> float:
        """Return the share of pairs of two people, of ``population``, that agree so."""
        if self.strangers is not None:
            return min(1.0, self.strangers / population)
        return self.u or 1.0


class Comparison(BaseModel):
    """The evidence on one attribute: its levels, the best first."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern="^[a-z][a-z_]*$")  # columns are named after it
    levels: list[Level]

    @model_validator(mode="after")
    def _ends_with_otherwise(self) -> "Comparison":
        conditions = [level.condition for level in self.levels]
        if conditions[-1:] != [OTHERWISE] or conditions.count(OTHERWISE) > 1:
            raise ValueError(f"the last level, and it alone, is {OTHERWISE!r}: else a pair may have no weight at all")
        return self


class Frequencies(BaseModel):
    """How common the frequent values are, as shares; every other value has the share ``floor``."""

    model_config = ConfigDict(extra="forbid")

    floor: float = Field(gt=0, le=1)
    values: dict[str, Annotated[float, Field(gt=0, le=1)]]


class Point(BaseModel):
    """One point of a calibration curve: of pairs of this weight (bits), the share that is one person."""

    model_config = ConfigDict(extra="forbid")

    weight: float
    probability: float = Field(gt=0, lt=1)


class Calibration(BaseModel):
    """How often pairs proved right, by weight: curves whose points rise, straight between them; see ``calibration``.

    Attributes:
        held: of the links without which a customer would fall apart.
        named, corroborated: of all scored pairs, those that nothing but the names speaks for, and the others.
        fitted_on: in words.
    """

    model_config = ConfigDict(extra="forbid")

    held: list[Point] = Field(min_length=1)
    named: list[Point] = Field(min_length=1)
    corroborated: list[Point] = Field(min_length=1)
    fitted_on: str

    @model_validator(mode="after")
    def _rises(self) -> "Calibration":
        for points in (self.held, self.named, self.corroborated):
            for one, next_ in itertools.pairwise(points):
                if next_.weight <= one.weight or next_.probability < one.probability:
                    raise ValueError("the points of a curve rise in weight, and never fall in probability")
        return self


class Model(BaseModel):
    """The whole of ``config/linkage_model.json``.

    Attributes:
        dependence: how many times as common a whole name is as its parts would make it, because given and family names of
            one culture go together.
        initial_share: the share of people whose given name begins with a given letter.
        trained_on: in words.
        calibration: what a weight proved to be worth; without it a weight is the log of its odds.
    """

    model_config = ConfigDict(extra="forbid")

    comparisons: list[Comparison]
    given_names: Frequencies
    family_names: Frequencies
    dependence: float = Field(ge=1)
    initial_share: float = Field(gt=0, le=1)
    trained_on: str
    calibration: Calibration | None = None

    @model_validator(mode="after")
    def _compares_names(self) -> "Model":
        names = [comparison.name for comparison in self.comparisons]
        if "name" not in names or len(set(names)) != len(names):
            raise ValueError("each of the comparisons stands there once, and one of them is 'name'")
        return self

    @property
    def version(self) -> str:
        """Eight hex digits of what the model says."""
        said = self.model_dump_json(exclude={"trained_on": True, "calibration": {"fitted_on"}})
        return hashlib.sha256(said.encode()).hexdigest()[:8]


def load_model(path: Path) -> Model:
    """Read the model.

    Raises:
        ConfigurationError: naming the file, what is wrong with it, and the mend.
    """
    try:
        return Model(**orjson.loads(path.read_bytes()))
    except FileNotFoundError:
        raise ConfigurationError(f"{path}: no such file; goldthread train writes it") from None
    except (orjson.JSONDecodeError, TypeError):
        raise ConfigurationError(f"{path}: not a model in JSON; {MEND}") from None
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {first_problem(error, Model)}; {MEND}") from None


def save_model(model: Model, path: Path) -> None:
    """Write the model: one level or value a line, numbers to ``DIGITS``, so that versions can be compared by eye."""
    document = rounded(model).model_dump(exclude_none=True, exclude_defaults=True)
    write_own(path, json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n")


def rounded(model: Model) -> Model:
    """Return the model as its file holds it: every number to ``DIGITS``."""
    return Model(**_rounded(model.model_dump(exclude_none=True, exclude_defaults=True)))


def register_frequencies(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Make the model's frequencies the table model_frequency of ``con``: part ("given", "family"), name, frequency."""
    rows = [
        (part, name, frequency)
        for part, frequencies in (("given", model.given_names), ("family", model.family_names))
        for name, frequency in frequencies.values.items()
    ]
    columns = {name: [row[place] for row in rows] for place, name in enumerate(_FREQUENCY.names)}
    register(con, "model_frequency", pa.table(columns, schema=_FREQUENCY))


_FREQUENCY = pa.schema([("part", pa.string()), ("name", pa.string()), ("frequency", pa.float64())])


def population_of(con: duckdb.DuckDBPyConnection) -> int:
    """Return how many people the weights reckon with: the distinct whole names of resolve.identity, rounded up.

    To a power of two, so that it moves seldom: when it does, every pair is scored again.
    """
    names = run(
        con, "SELECT count(DISTINCT name_key) FROM resolve.identity WHERE length(given_name) > 1 AND length(family_name) > 1"
    )[0][0]
    population = LEAST_POPULATION
    while population < names:
        population *= 2
    return population


def splink_settings(model: Model, population: int, *, detail: bool = False) -> dict[str, Any]:
    """Return the model as Splink's settings for pairs among ``population`` people; in detail with the level of each."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "identity_id",
        "probability_two_random_records_match": 1 / population,
        "comparisons": [_comparison(comparison, population) for comparison in model.comparisons],
        "blocking_rules_to_generate_predictions": ["l.identity_id = r.identity_id"],  # our own pairs are registered
        "retain_matching_columns": detail,
        "retain_intermediate_calculation_columns": True,
    }


def _comparison(comparison: Comparison, population: int) -> dict[str, Any]:
    return {
        "output_column_name": comparison.name,
        "comparison_levels": [_level(level, population) for level in comparison.levels],
    }


def _level(level: Level, population: int) -> dict[str, Any]:
    told: dict[str, Any] = {"sql_condition": CONDITIONS[level.condition], "label_for_charts": level.condition}
    if level.m is None:
        return told | {"is_null_level": True}
    told |= {"m_probability": level.m, "u_probability": level.u_among(population)}
    told |= {"fix_m_probability": level.fixed, "fix_u_probability": level.fixed}
    if level.frequency:
        told |= {"tf_adjustment_column": level.frequency, "disable_tf_exact_match_detection": True}
    return told


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return value
