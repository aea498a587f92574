"""Scores and components on Spark, for those who outgrow one machine (docs/spark.md).

Spark deals pairs out in lots, each with the identities that it needs, and every lot is scored by the code of one machine:
``score_pairs``, that is Splink on DuckDB, in the Python of an executor. So there is one definition of every rule, and a pair
has the same weight to the last digit wherever it is scored (docs/adr/0044). Components are Splink's own, on Spark.
"""

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.errors import PythonException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf
from splink import SparkAPI
from splink.clustering import cluster_pairwise_predictions_at_threshold

from pipelines.errors import ConfigurationError, GoldthreadError
from pipelines.resolve.engines.components import first_of
from pipelines.resolve.engines.spark_session import exchange_folder, start
from pipelines.resolve.relations import arrow, run
from pipelines.resolve.scoring.model import Model
from pipelines.resolve.scoring.score import COMPARED, SCORED, copy_into, score_pairs
from pipelines.settings import Home, SparkPlace

ROWS_A_LOT = 100_000  # pairs or links at most, more or less: seconds of work, tens of megabytes
LOTS_A_CORE = 4
LEAST_SHARE = 20  # a lot is not made smaller than this part of the most: Splink takes half a second to begin
MEMORY_A_LOT = "1GB"  # what DuckDB may take for one; it has no file to spill to

_ENDS = ("identity_l", "identity_r")
_SCORED_DDL = "identity_l STRING, identity_r STRING, match_weight DOUBLE, match_probability DOUBLE, other_weight DOUBLE"


@contextlib.contextmanager
def open_spark(home: Home, place: SparkPlace) -> Iterator["SparkEngine"]:
    """Start Spark, give the engine, and leave no session and no file behind.

    Raises:
        ConfigurationError: Spark cannot be started here; the message says what is missing.
    """
    with exchange_folder(home, place) as folder:
        session = start(home, place, folder)
        try:
            yield SparkEngine(session, folder)
        finally:
            session.stop()


class SparkEngine:
    """Spark, through a session that is open: see ``engine.Engine``.

    Args:
        session: its checkpoint directory is seen by the whole cluster.
        folder: where rows lie on their way to Spark and back, seen likewise; emptied by whoever opened it.
        rows_a_lot: how many pairs or links a task works on, more or less.
    """

    def __init__(self, session: SparkSession, folder: Path, *, rows_a_lot: int = ROWS_A_LOT) -> None:
        self._session, self._folder, self._rows_a_lot, self._steps = session, folder, rows_a_lot, 0

    def score(self, con: duckdb.DuckDBPyConnection, model: Model, population: int, *, keep_above: float) -> pa.Table:
        """See ``engine.Engine``."""
        place = self._next_folder()
        count = _write(con, "SELECT identity_l, identity_r FROM candidate_pair", place / "pair.parquet")
        if not count:
            return SCORED.empty_table()
        _write(con, COMPARED, place / "identity.parquet")
        lots = self._lots(count)
        pair = self._read(place / "pair.parquet").withColumn("lot", sf.pmod(sf.xxhash64("identity_l"), sf.lit(lots)))
        ends = [pair.select(sf.col("lot").alias("needed_in"), sf.col(end).alias("identity_id")) for end in _ENDS]
        needed = ends[0].union(ends[1]).distinct().join(self._read(place / "identity.parquet"), "identity_id")
        self._session.conf.set("spark.sql.shuffle.partitions", str(lots))
        dealt = pair.groupBy("lot").cogroup(needed.groupBy("needed_in"))
        scored = dealt.applyInArrow(_scorer(model.model_dump_json(), population, keep_above), _SCORED_DDL)
        _save(scored, place / "scored")
        return arrow(con, f"FROM read_parquet({_quoted(place / 'scored' / '*.parquet')})")

    def components(self, count: int, links: pd.DataFrame) -> np.ndarray:
        """See ``engine.Engine``."""
        if links.empty:
            return np.arange(count)
        place = self._next_folder()
        ends = pa.table({name: links[name].to_numpy().astype(np.int64) for name in ("l", "r")})
        pq.write_table(ends, place / "link.parquet")
        link = self._read(place / "link.parquet")
        node = link.select(sf.col("l").alias("node")).union(link.select("r")).distinct()
        lots = self._lots(len(links))
        self._session.conf.set("spark.sql.shuffle.partitions", str(lots))
        api = SparkAPI(spark_session=self._session, num_partitions_on_repartition=lots, register_udfs_automatically=False)  # type: ignore[no-untyped-call]
        found = cluster_pairwise_predictions_at_threshold(
            node, link, api, node_id_column_name="node", edge_id_column_name_left="l", edge_id_column_name_right="r"
        )
        _save(found.as_spark_dataframe().select("node", "cluster_id"), place / "cluster")
        clustered = pq.read_table(place / "cluster")
        labels = np.arange(count)
        labels[clustered["node"].to_numpy()] = clustered["cluster_id"].to_numpy()
        numbered: np.ndarray = np.unique(first_of(labels), return_inverse=True)[1]
        return numbered

    def _lots(self, rows: int) -> int:
        """Return how many lots to make: several a core, so that none waits long for the largest, but no tiny ones."""
        several = min(LOTS_A_CORE * self._session.sparkContext.defaultParallelism, LEAST_SHARE * rows // self._rows_a_lot)
        return max(1, several, rows // self._rows_a_lot)

    def _read(self, file: Path) -> DataFrame:
        return self._session.read.parquet(file.as_uri())

    def _next_folder(self) -> Path:
        self._steps += 1
        place = self._folder / str(self._steps)
        place.mkdir(mode=0o700)
        return place


def _scorer(model: str, population: int, keep_above: float) -> Callable[[pa.Table, pa.Table], pa.Table]:
    """Return what scores one lot: its pairs and identities, as Arrow, to rows of ``_SCORED``."""

    def score_lot(pairs: pa.Table, identities: pa.Table) -> pa.Table:
        try:
            with duckdb.connect(":memory:", config=_ONE_CORE) as own:
                run(own, "CREATE SCHEMA resolve")
                copy_into(own, "resolve.identity", identities)
                copy_into(own, "candidate_pair", pairs)
                scored = score_pairs(own, Model.model_validate_json(model), population, keep_above=keep_above)
                return scored.cast(SCORED)
        except Exception as error:  # Spark writes it into its log: without the words, which may quote a record
            raise RuntimeError(f"{type(error).__name__} while scoring a lot of {len(pairs)} pairs") from None

    return score_lot


_ONE_CORE: dict[str, str | bool | int | float | list[str]] = {  # a task has one; nothing is fetched, nothing is spilled
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "memory_limit": MEMORY_A_LOT,
    "temp_directory": "",
    "threads": 1,
}


def _write(con: duckdb.DuckDBPyConnection, select: str, file: Path) -> int:
    return int(run(con, f"COPY ({select}) TO {_quoted(file)} (FORMAT parquet)")[0][0])


def _save(rows: DataFrame, folder: Path) -> None:
    try:
        rows.write.parquet(folder.as_uri())
    except PythonException as error:
        raise in_words(str(error)) or error from None


def in_words(told: str) -> GoldthreadError | None:
    """Return what went wrong in an executor's Python, without a record's values; None where we cannot say."""
    if missing := re.search(r"ModuleNotFoundError: No module named '([\w.]+)'", told):
        return ConfigurationError(f"the executors' Python (PYSPARK_PYTHON) has no module {missing[1]}; {_MEND}")
    if "PYTHON_VERSION_MISMATCH" in told:
        return ConfigurationError(f"the executors' Python (PYSPARK_PYTHON) is not of this one's minor version; {_MEND}")
    if failed := re.search(r"RuntimeError: (\w+ while scoring a lot of \d+ pairs)", told):
        return GoldthreadError(f"Spark: {failed[1]}; goldthread resolve --engine duckdb scores them here")
    return None


_MEND = "docs/spark.md says what executors need"


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
