"""Clusters: identities that links hold together as one person, after the guard."""

import logging
from collections import defaultdict
from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from pipelines.resolve import agreement
from pipelines.resolve.guard import Link, take_apart
from pipelines.resolve.relations import arrow, register, run, unregister
from pipelines.resolve.settings import Linkage

log = logging.getLogger(__name__)

# Bits of evidence beside the names from which a link counts as more than two equal names.
CORROBORATED = 1.0


def build_parts(con: duckdb.DuckDBPyConnection, linkage: Linkage, night: date) -> None:
    """Build the temporary table part: identity_id, part (the smallest identity_id in it), weakest_weight (bits; NULL alone).

    Three steps, each over all edges, so that the result never depends on the order of the nights: components of the
    corroborated links; the guard on those that contradict themselves; then links of equal names alone, where they leave
    no doubt who is meant.
    """
    agreement.install(con)
    nodes = arrow(con, "SELECT identity_id FROM resolve.identity ORDER BY identity_id").to_pandas()["identity_id"]
    links = links_above(con, linkage.threshold - linkage.unique_name, nodes)
    is_accepted = links["match_weight"] >= linkage.threshold
    strong = links[is_accepted & (links["other_weight"] >= CORROBORATED)]
    guarded, cut = _guard(con, nodes, strong, linkage)
    labels = component_labels(len(nodes), guarded)
    named = links[links["other_weight"] < CORROBORATED]
    unambiguous = _unambiguous(con, nodes, named[is_accepted[named.index]], labels, linkage)
    kept = pd.concat([guarded, unambiguous], ignore_index=True)
    labels = component_labels(len(nodes), kept)
    unique = _unambiguous(con, nodes, named[~is_accepted[named.index]], labels, linkage, is_unique=True)
    kept = pd.concat([kept, unique], ignore_index=True)
    labels = component_labels(len(nodes), kept)
    part = pd.DataFrame({"identity_id": nodes, "part": nodes.to_numpy()[first_of(labels)]})
    part["weakest_weight"] = weakest_links(kept, labels, len(nodes))
    _register(con, "part", part)
    log.info(
        "resolve %s: %d links join %d identities into %d; the guard cut %d, equal names alone were not enough for %d",
        night, len(kept), len(nodes), len(np.unique(labels)), cut, len(named) - len(unambiguous) - len(unique),
    )  # fmt: skip


def links_above(con: duckdb.DuckDBPyConnection, weight: float, nodes: pd.Series) -> pd.DataFrame:
    """Return the edges at or above ``weight``: ``l, r`` (positions in ``nodes``), ``match_weight, other_weight``."""
    edges = arrow(
        con,
        f"""
        SELECT identity_l, identity_r, match_weight, other_weight FROM resolve.edge
        WHERE match_weight >= {weight} ORDER BY identity_l, identity_r
        """,
    ).to_pandas()
    index = pd.Index(nodes)
    return pd.DataFrame(
        {
            "l": index.get_indexer(edges["identity_l"]),
            "r": index.get_indexer(edges["identity_r"]),
            "match_weight": edges["match_weight"].astype(float),
            "other_weight": edges["other_weight"].astype(float),
        }
    )


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


def weakest_links(links: pd.DataFrame, labels: np.ndarray, count: int) -> np.ndarray:
    """Return, for each node, the weight of the weakest link without which its component would fall apart; NaN alone.

    That link is the least of the strongest spanning tree: any two members are joined by a path of links at least as strong.
    """
    weakest = np.full(count, np.nan)
    if links.empty:
        return weakest
    top = float(links["match_weight"].max()) + 1.0
    cost = coo_matrix(
        (top - links["match_weight"].to_numpy(), (links["l"].to_numpy(), links["r"].to_numpy())), (count, count)
    )
    tree = minimum_spanning_tree(cost).tocoo()
    by_label = pd.Series(top - tree.data).groupby(labels[tree.row]).min()
    return pd.Series(labels).map(by_label).to_numpy(dtype=float)


def _guard(
    con: duckdb.DuckDBPyConnection, nodes: pd.Series, links: pd.DataFrame, linkage: Linkage
) -> tuple[pd.DataFrame, int]:
    """Return the links that the guard leaves, and how many it cut."""
    labels = component_labels(len(nodes), links)
    _register(con, "component", pd.DataFrame({"identity_id": nodes, "label": labels}))
    run(con, f"CREATE OR REPLACE TEMP TABLE face AS {_FACES}")
    conflicts: dict[int, set[int]] = defaultdict(set)
    for one, other in run(con, _CONFLICTS):
        conflicts[one].add(other)
    contested = run(con, "SELECT DISTINCT label FROM face WHERE list_contains($faces, face)", {"faces": sorted(conflicts)})
    faces = dict(run(con, "SELECT identity_id, face FROM face"))
    run(con, "DROP TABLE face")
    unregister(con, "component")
    if not contested:
        return links, 0
    in_doubt = np.isin(labels[links["l"].to_numpy()], [row[0] for row in contested])
    cut: set[tuple[str, str]] = set()
    names = nodes.to_numpy()
    for _, group in links[in_doubt].groupby(labels[links["l"].to_numpy()[in_doubt]], sort=True):
        told = [
            Link(names[left], names[right], weight)
            for left, right, weight in zip(group["l"], group["r"], group["match_weight"], strict=True)
        ]
        apart = take_apart(told, faces, conflicts, linkage.tie_margin)
        cut |= {(link.left, link.right) for link in apart.cut}
    pairs = zip(names[links["l"].to_numpy()], names[links["r"].to_numpy()], strict=True)
    is_kept = np.fromiter((pair not in cut for pair in pairs), dtype=bool, count=len(links))
    return links[is_kept], len(cut)


# A face is what the guard goes by: a whole name and a date of birth, as a component shows them.
_FACES = """
    SELECT
        identity_id,
        label,
        identity.given_name,
        identity.given_forms,
        identity.family_name,
        identity.family_forms,
        identity.date_of_birth,
        dense_rank() OVER (
            ORDER BY label, given_name, given_forms, family_name, family_forms, date_of_birth
        ) AS face
    FROM component INNER JOIN resolve.identity AS identity USING (identity_id)
    WHERE is_full(given_name, family_name) OR date_of_birth IS NOT NULL
"""
_CONFLICTS = """
    WITH shown AS (
        SELECT DISTINCT label, face, given_name, given_forms, family_name, family_forms, date_of_birth FROM face
    )
    SELECT one.face, other.face
    FROM shown AS one INNER JOIN shown AS other ON one.label = other.label AND one.face != other.face
    WHERE
        names_contradict(
            one.given_name, one.given_forms, one.family_name, one.family_forms,
            other.given_name, other.given_forms, other.family_name, other.family_forms
        )
        OR births_contradict(one.date_of_birth, other.date_of_birth)
    ORDER BY one.face, other.face
"""


def _unambiguous(
    con: duckdb.DuckDBPyConnection, nodes: pd.Series, links: pd.DataFrame, labels: np.ndarray, linkage: Linkage,
    *, is_unique: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """Return the links of equal names alone that leave no doubt who is meant.

    Two parts may be two people of one name where both have an identifier of one kind (a mail address, an account on one
    platform, a row of one CRM) and none in common that is one person's alone, not even a claimed one: these are not
    joined. A part that could as well go with either of two such stays alone. With ``is_unique`` one such doubt among
    all who share the name refuses every link among them: what speaks for these is that nobody else here bears it.
    """
    if links.empty:
        return links
    joined = component_labels(len(nodes), pd.DataFrame({"l": labels[links["l"]], "r": labels[links["r"]]}))
    _register(con, "component", pd.DataFrame({"identity_id": nodes, "part": labels, "label": joined[labels]}))
    rivals: dict[int, set[int]] = defaultdict(set)
    for one, other in run(con, _RIVALS):
        rivals[one].add(other)
    unregister(con, "component")
    faces = {str(part): part for part in rivals}
    told = links.assign(label=joined[labels[links["l"]]], one=labels[links["l"]], other=labels[links["r"]])
    in_doubt = told["label"].isin(np.unique(joined[sorted(rivals)])) if rivals else pd.Series(False, index=told.index)
    refused: set[tuple[str, str]] = set()
    for _, group in told[in_doubt].groupby("label", sort=True):
        pairs = [
            Link(str(one), str(other), weight)
            for one, other, weight in zip(group["one"], group["other"], group["match_weight"], strict=True)
        ]
        cut = pairs if is_unique else take_apart(pairs, faces, rivals, linkage.tie_margin).cut
        refused |= {(link.left, link.right) for link in cut}
    ends = zip(told["one"].astype(str), told["other"].astype(str), strict=True)
    return links[np.fromiter((pair not in refused for pair in ends), dtype=bool, count=len(links))]


_RIVALS = """
    WITH held AS (
        SELECT DISTINCT label, part, unnest(
            list_transform(emails || claimed_emails, lambda value: 'email:' || value)
            || list_transform(phones || claimed_phones, lambda value: 'phone:' || value)
            || accounts || crm_ids || handles
            || CASE WHEN date_of_birth IS NULL THEN [] ELSE ['born:' || date_of_birth] END
        ) AS value
        FROM component INNER JOIN resolve.identity USING (identity_id)
        WHERE label IN (SELECT label FROM component GROUP BY label HAVING count(DISTINCT part) > 1)
    ),
    scoped AS (SELECT DISTINCT label, part, split_part(value, ':', 1) AS scope FROM held)
    SELECT DISTINCT one.part, other.part
    FROM scoped AS one
    INNER JOIN scoped AS other ON one.label = other.label AND one.scope = other.scope AND one.part != other.part
    WHERE NOT EXISTS (
        SELECT 1 FROM held AS mine INNER JOIN held AS theirs ON mine.value = theirs.value
        WHERE mine.part = one.part AND theirs.part = other.part
    )
    UNION
    SELECT one.part, other.part
    FROM held AS one INNER JOIN held AS other ON one.label = other.label AND one.part != other.part
    WHERE
        starts_with(one.value, 'born:') AND starts_with(other.value, 'born:')
        AND births_contradict(substr(one.value, 6), substr(other.value, 6))
"""


def _register(con: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    register(con, name, pa.Table.from_pandas(frame, preserve_index=False))
