"""Components of a graph, on this machine."""

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components


def component_labels(count: int, links: pd.DataFrame) -> np.ndarray:
    """Return the component of each of ``count`` nodes, as a number, over ``links`` (columns l, r)."""
    ones = np.ones(len(links), dtype=np.int8)
    graph = coo_matrix((ones, (links["l"].to_numpy(), links["r"].to_numpy())), shape=(count, count))
    labels: np.ndarray = connected_components(graph, directed=False)[1]
    return labels


def first_of(labels: np.ndarray) -> np.ndarray:
    """Return, for each node, the first node that carries its label."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    found: np.ndarray = first[inverse]
    return found
