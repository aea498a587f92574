"""What hangs together: numbered rows and links between them become groups, each named by its first row."""

import duckdb
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Nodes = NDArray[np.int64]


def build_components(con: duckdb.DuckDBPyConnection, table: str, links: str) -> None:
    """Write ``table`` with ``turn, first_turn``: every turn of ``scratch.turn`` and the first it hangs together with.

    Args:
        con: the connection; the turns are numbered from 1 without gaps, in the order of time within a customer.
        table: the table to write, replaced if it is there.
        links: a table of ``turn_l, turn_r``, in any order, with or without repeats.
    """
    counted = con.execute("SELECT count(*) FROM scratch.turn").fetchone()
    size = int(counted[0]) if counted else 0
    pairs = con.execute(f"SELECT DISTINCT turn_l, turn_r FROM {links}").fetchnumpy()
    left, right = (np.asarray(pairs[side], dtype=np.int64) - 1 for side in ("turn_l", "turn_r"))
    first = first_of_component(size, left, right) + 1
    con.register("component", {"turn": np.arange(1, size + 1), "first_turn": first})
    con.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT turn, first_turn FROM component ORDER BY turn")
    con.unregister("component")


def first_of_component(size: int, left: Nodes, right: Nodes) -> Nodes:
    """Return for each of the nodes 0 … size-1 the smallest node that it hangs together with."""
    if size == 0:
        return np.arange(0, dtype=np.int64)
    graph = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    first = np.full(label.max() + 1, size)
    np.minimum.at(first, label, np.arange(size))
    return np.asarray(first[label], dtype=np.int64)
