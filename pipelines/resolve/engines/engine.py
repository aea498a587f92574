"""What scores pairs and finds the components of links: this machine with DuckDB and SciPy, or Spark (docs/spark.md)."""

import contextlib
from collections.abc import Iterator
from typing import Protocol

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.resolve.engines.components import component_labels
from pipelines.resolve.scoring.model import Model
from pipelines.resolve.scoring.score import score_pairs
from pipelines.settings import Home, SparkPlace


class Engine(Protocol):
    """The two steps of resolve whose cost grows with all pairs and all links. Every engine gives the same rows."""

    def score(self, con: duckdb.DuckDBPyConnection, model: Model, population: int, *, keep_above: float) -> pa.Table:
        """Score the pairs of candidate_pair, as ``score.score_pairs`` does without detail."""

    def components(self, count: int, links: pd.DataFrame) -> np.ndarray:
        """Return the component of each of ``count`` nodes over ``links``, as ``components.component_labels`` does."""


class OneMachine:
    """DuckDB and SciPy, in this process."""

    def score(self, con: duckdb.DuckDBPyConnection, model: Model, population: int, *, keep_above: float) -> pa.Table:
        """See ``Engine``."""
        return score_pairs(con, model, population, keep_above=keep_above)

    def components(self, count: int, links: pd.DataFrame) -> np.ndarray:
        """See ``Engine``."""
        return component_labels(count, links)


@contextlib.contextmanager
def open_engine(name: str, home: Home, spark: SparkPlace) -> Iterator[Engine]:
    """Give the engine ``name`` of ``ENGINES`` for as long as it is used; the caller holds ``writer_lock``.

    Raises:
        ConfigurationError: Spark cannot be started here; the message says what is missing.
    """
    if name == "duckdb":
        yield OneMachine()
        return
    from pipelines.resolve.engines.spark import open_spark  # pyspark is an extra

    with open_spark(home, spark) as engine:
        yield engine
