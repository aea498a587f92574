"""Pairs whose answer is known: from the truth beside a sample world, else from what stewards judged."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree

from pipelines.resolve.judgements import labelled_pairs
from pipelines.resolve.relations import arrow, register, run, unregister
from pipelines.resolve.settings import Linkage

TRUTH = "record_person.csv"


@dataclass(frozen=True)
class Known:
    """Scored pairs whose answer is known.

    Attributes:
        source: what knows it.
        pairs: ``identity_l, identity_r, match_weight`` (bits), ``other_weight, is_tree`` (a link without which a customer
            would fall apart, made by the model alone), ``is_same``; one row a pair, sorted.
    """

    source: Literal["truth", "judgements", "nothing"]
    pairs: pd.DataFrame


def known_pairs(con: duckdb.DuckDBPyConnection, linkage: Linkage, truth: Path | None) -> Known:
    """Return the scored pairs of resolve.edge whose answer is known.

    Args:
        con: a resolved warehouse.
        truth: the folder of a sample world's truth; None where there is none.
    """
    if truth is None:
        return _judged(con)
    edges = scored_edges(con, linkage)
    persons = person_of_identity(con, truth)
    left, right = edges["identity_l"].map(persons), edges["identity_r"].map(persons)
    edges = edges.assign(is_same=left == right)[left.notna() & right.notna()]
    return Known("truth", edges.reset_index(drop=True))


def _judged(con: duckdb.DuckDBPyConnection) -> Known:
    """Return the scored pairs that stewards judged.

    None is a tree link here: a judged pair is joined or kept apart by its judgement, so that among such links none could
    be wrong.
    """
    judged = labelled_pairs(con)
    judged = judged[judged["verdict"].isin(("same", "different"))]
    register(con, "judged", pa.Table.from_pandas(judged.astype(str), preserve_index=False))
    pairs: pd.DataFrame = arrow(
        con,
        """
        SELECT
            edge.identity_l,
            edge.identity_r,
            edge.match_weight,
            edge.other_weight,
            FALSE AS is_tree,
            judged.verdict = 'same' AS is_same
        FROM resolve.edge AS edge INNER JOIN judged USING (identity_l, identity_r)
        ORDER BY edge.identity_l, edge.identity_r
        """,
    ).to_pandas()
    unregister(con, "judged")
    return Known("judgements" if len(pairs) else "nothing", pairs)


def truth_of(home_path: Path) -> Path | None:
    """Return the folder of the truth beside a sample world; None where the home holds none."""
    folder = home_path / "truth"
    return folder if (folder / TRUTH).is_file() else None


def scored_edges(con: duckdb.DuckDBPyConnection, linkage: Linkage) -> pd.DataFrame:
    """Return resolve.edge as ``identity_l, identity_r, match_weight, other_weight, is_tree``, sorted by its pair."""
    edges: pd.DataFrame = arrow(
        con,
        f"""
        SELECT
            edge.identity_l,
            edge.identity_r,
            edge.match_weight,
            edge.other_weight,
            cluster_l.customer_id = cluster_r.customer_id
            AND edge.match_weight >= {linkage.joins_from} AS is_tree
        FROM resolve.edge AS edge
        INNER JOIN resolve.cluster AS cluster_l ON edge.identity_l = cluster_l.identity_id
        INNER JOIN resolve.cluster AS cluster_r ON edge.identity_r = cluster_r.identity_id
        ORDER BY edge.identity_l, edge.identity_r
        """,
    ).to_pandas()
    edges["is_tree"] = tree_links(edges, edges["is_tree"].to_numpy(bool))
    return edges


def tree_links(edges: pd.DataFrame, is_within: np.ndarray) -> np.ndarray:
    """Return which edges make the strongest spanning trees of those that lie within a customer.

    These are the links that hold customers together: the weakest of them is what a customer's confidence tells.
    """
    within = edges[is_within]
    nodes = pd.Index(pd.unique(pd.concat([within["identity_l"], within["identity_r"]])))
    left, right = nodes.get_indexer(within["identity_l"]), nodes.get_indexer(within["identity_r"])
    found = np.zeros(len(edges), dtype=bool)
    if within.empty:
        return found
    cost = float(within["match_weight"].max()) + 1.0 - within["match_weight"].to_numpy(float)
    tree = minimum_spanning_tree(coo_matrix((cost, (left, right)), (len(nodes), len(nodes)))).tocoo()
    rows, columns = tree.row.astype(np.int64), tree.col.astype(np.int64)
    chosen = np.minimum(rows, columns) * len(nodes) + np.maximum(rows, columns)
    ends = np.minimum(left, right).astype(np.int64) * len(nodes) + np.maximum(left, right)
    found[np.flatnonzero(is_within)] = np.isin(ends, chosen)
    return found


def read_truth(con: duckdb.DuckDBPyConnection, truth: Path) -> None:
    """Make the temporary table truth_record of somebody's records: ``record_kind, source, source_ref, person_id``."""
    run(
        con,
        """
        CREATE OR REPLACE TEMP TABLE truth_record AS
        SELECT record_kind, source, source_ref, person_id
        FROM read_csv($path, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"')
        WHERE person_id != ''
        """,
        {"path": str(truth / TRUTH)},
    )


def person_of_identity(con: duckdb.DuckDBPyConnection, truth: Path) -> "pd.Series[str]":
    """Return the true person of each identity: whose most of its records are; identities of nobody's records are absent."""
    read_truth(con, truth)
    persons: pd.DataFrame = arrow(
        con,
        """
        SELECT identity_id, mode(person_id ORDER BY person_id) AS person_id
        FROM resolve.membership INNER JOIN truth_record USING (record_kind, source, source_ref)
        WHERE identity_id IS NOT NULL
        GROUP BY identity_id
        ORDER BY identity_id
        """,
    ).to_pandas()
    run(con, "DROP TABLE truth_record")
    by_identity: pd.Series[str] = persons.set_index("identity_id")["person_id"]
    return by_identity
