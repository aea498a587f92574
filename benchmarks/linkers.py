"""What Goldthread is held against: exact matching, Splink as its documentation begins with it, and what blocking allows.

Each takes a connection of ``records.open_records`` and returns a group (a number) for each of its records.
"""

import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.records import components, record_count
from pipelines.resolve.pairs.block import MEETS

KEYS = ("email", "phone", "handle", "account", "crm_id")
SAME = 0.95  # the probability from which Splink's README clusters


def exact_matching(con: duckdb.DuckDBPyConnection, keys: Sequence[str] = KEYS) -> np.ndarray:
    """One customer of all records that share an address, a number, a handle, an account or a CRM id."""
    links = con.execute(
        """
        SELECT record.node, min(record.node) OVER (PARTITION BY kind, scope, value) AS first_node
        FROM record INNER JOIN warehouse.staging.identifier USING (record_kind, source, source_ref)
        WHERE list_contains($keys, kind) AND evidence != 'claimed'
        """,
        {"keys": list(keys)},
    ).fetchnumpy()
    return components(record_count(con), links["node"], links["first_node"])


def blocking_ceiling(con: duckdb.DuckDBPyConnection) -> np.ndarray:
    """What an oracle could reach: all true pairs that meet in a block are linked, and nothing else is.

    A node is an identity with one of its persons, so that an identity of two persons is not held against the keys.
    """
    con.execute("""
        CREATE OR REPLACE TEMP TABLE pure AS
        SELECT identity_id, person_id, row_number() OVER (ORDER BY identity_id, person_id) - 1 AS pure_node
        FROM (SELECT DISTINCT identity_id, person_id FROM record WHERE identity_id IS NOT NULL)
    """)
    con.execute("""
        CREATE OR REPLACE TEMP TABLE pure_key AS
        SELECT key.*, pure.person_id, pure.pure_node
        FROM warehouse.resolve.block_key AS key INNER JOIN pure USING (identity_id)
    """)
    meets = con.execute(f"""
        SELECT DISTINCT l.pure_node AS l, r.pure_node AS r
        FROM pure_key AS l INNER JOIN pure_key AS r ON l.person_id = r.person_id AND {MEETS}
    """).fetchnumpy()
    (size,) = con.execute("SELECT count(*) FROM pure").fetchall()[0]
    labels = components(size, meets["l"], meets["r"])
    nodes = con.execute("""
        SELECT record.node, pure.pure_node FROM record LEFT JOIN pure USING (identity_id, person_id) ORDER BY node
    """).fetchnumpy()
    return _groups_of(nodes["pure_node"], labels)


def _groups_of(nodes: Any, labels: np.ndarray) -> np.ndarray:
    """Return the label of each record's node; one that has none stands alone."""
    alone = np.ma.getmaskarray(np.ma.asarray(nodes))
    groups = labels[np.where(alone, 0, np.ma.filled(nodes, 0)).astype(int)].astype(np.int64)
    groups[alone] = len(labels) + np.arange(int(alone.sum()))
    return groups


@dataclass(frozen=True)
class Recipe:
    """A linkage as Splink's documentation writes it.

    Attributes:
        comparisons, blocking: of the settings.
        certain: rules under which a pair is taken for one person, to estimate how many pairs there are (recall .7).
        training: blocks within which m is estimated, one after the other.
    """

    comparisons: Sequence[Any]
    blocking: Sequence[Any]
    certain: Sequence[Any]
    training: Sequence[Any]


def contact_log_recipe() -> Recipe:
    """Splink's README, on the columns that a contact log has: its comparisons, term frequencies on all that is exact."""
    import splink.comparison_library as cl
    from splink import block_on

    def exact(column: str) -> Any:
        return cl.ExactMatch(column).configure(term_frequency_adjustments=True)

    return Recipe(
        comparisons=[
            cl.NameComparison("first_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email").configure(term_frequency_adjustments=True),
            exact("phone"), exact("account"), exact("handle"), exact("city"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode"),
        ],
        blocking=[block_on("email"), block_on("phone"), block_on("account"), block_on("handle"),
                  block_on("first_name", "surname"), block_on("surname", "dob"), block_on("postcode", "first_name")],
        certain=[block_on("email"), block_on("phone"), block_on("first_name", "surname", "dob")],
        training=[block_on("email"), block_on("first_name", "surname")],
    )  # fmt: skip


# One row a record: what its own channel tells, in the columns that a team would make of it.
_FLAT = """
    CREATE OR REPLACE TEMP TABLE flat AS
    WITH told AS (
        SELECT
            node,
            min(value) FILTER (WHERE kind = 'given_name') AS given_name,
            min(value) FILTER (WHERE kind = 'family_name') AS family_name,
            min(value) FILTER (WHERE kind = 'name') AS name,
            min(value) FILTER (WHERE kind = 'email') AS email,
            min(value) FILTER (WHERE kind = 'phone') AS phone,
            min(scope || ':' || value) FILTER (WHERE kind = 'account') AS account,
            min(scope || ':' || value) FILTER (WHERE kind = 'handle') AS handle,
            min(value) FILTER (WHERE kind = 'date_of_birth') AS dob,
            lower(min(value) FILTER (WHERE kind = 'city')) AS city,
            upper(min(value) FILTER (WHERE kind = 'postcode')) AS postcode
        FROM record INNER JOIN warehouse.staging.identifier USING (record_kind, source, source_ref)
        WHERE evidence != 'claimed'
        GROUP BY node
    )
    SELECT
        node,
        lower(coalesce(given_name, split_part(name, ' ', 1))) AS first_name,
        lower(coalesce(family_name, nullif(split_part(name, ' ', -1), split_part(name, ' ', 1)))) AS surname,
        email, phone, account, handle, dob, city, postcode
    FROM told
"""
_COLUMNS = "first_name, surname, email, phone, account, handle, dob, city, postcode"


def splink_defaults(con: duckdb.DuckDBPyConnection) -> np.ndarray:
    """Splink's README on the records: its comparisons, its training, its threshold.

    It is given each distinct row twice at most: a pair's score depends on its two rows alone, so whatever holds of two
    copies of a row holds of all of them, and a log of many messages a person fits into memory.
    """
    con.execute(_FLAT)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE distinct_row AS
        SELECT row_number() OVER (ORDER BY {_COLUMNS}) - 1 AS row_id, *
        FROM (SELECT {_COLUMNS}, least(count(*), 2) AS copies FROM flat GROUP BY {_COLUMNS})
    """)
    rows = con.sql(f"""
        SELECT row_id * 2 + copy AS unique_id, {_COLUMNS}
        FROM distinct_row, range(2) AS copies_of (copy)
        WHERE copy < copies ORDER BY unique_id
    """).to_arrow_table()
    group_of_row = splink_groups(rows, contact_log_recipe())
    equal = " AND ".join(f"flat.{one} IS NOT DISTINCT FROM distinct_row.{one}" for one in _COLUMNS.split(", "))
    nodes = con.execute(f"""
        SELECT
            record.node, distinct_row.row_id,
            row_number() OVER (PARTITION BY distinct_row.row_id ORDER BY record.node) - 1 AS nth
        FROM record
        LEFT JOIN flat USING (node)
        LEFT JOIN distinct_row ON {equal}
        ORDER BY record.node
    """).fetchnumpy()
    return _spread(nodes["row_id"], nodes["nth"], group_of_row)


def _spread(row_ids: Any, nth: np.ndarray, group_of_row: dict[int, int]) -> np.ndarray:
    """Return the group of each record: its row's where two copies of it are one, else one of its own after the second."""
    groups = np.empty(len(nth), dtype=np.int64)
    alone = max(group_of_row.values(), default=0) + 1
    for place, (row, number) in enumerate(zip(np.ma.filled(row_ids, -1).tolist(), nth.tolist(), strict=True)):
        first, second = group_of_row.get(row * 2), group_of_row.get(row * 2 + 1)
        if first is not None and (number == 0 or first == second):
            groups[place] = first
        elif second is not None and number == 1:
            groups[place] = second
        else:
            groups[place] = alone
            alone += 1
    return groups


def splink_groups(rows: pa.Table, recipe: Recipe, memory: str = "6GB") -> dict[int, int]:
    """Return the cluster of each ``unique_id`` of ``rows``, trained and predicted as in Splink's README."""
    from splink import DuckDBAPI, Linker, SettingsCreator

    logging.getLogger("splink").setLevel(logging.ERROR)
    own = duckdb.connect(config={"memory_limit": memory, "autoinstall_known_extensions": False})
    own.register("given", rows)
    own.execute("CREATE TABLE rows AS FROM given")
    api = DuckDBAPI(own)
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=list(recipe.comparisons),
        blocking_rules_to_generate_predictions=list(recipe.blocking),
    )
    linker = Linker(api.register("rows"), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(list(recipe.certain), recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for block in recipe.training:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(block)
        except ValueError as error:  # a level that no pair of the block has makes it give up
            print(f"Splink cannot train within one of its blocks: {type(error).__name__}", file=sys.stderr)
    pairs = linker.inference.predict(threshold_match_probability=0.9, warning_mode="never")
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=SAME)
    found = own.sql(f"SELECT unique_id, cluster_id FROM {clusters.physical_name}").fetchall()
    own.close()
    numbers = {cluster: number for number, cluster in enumerate(sorted({cluster for _, cluster in found}))}
    return {row: numbers[cluster] for row, cluster in found}
