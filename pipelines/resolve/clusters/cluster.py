"""Clusters: identities that links hold together as one person, after the guard."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import duckdb
import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree

from pipelines.resolve.clusters.contradictions import HOPELESS, find_suspects, size_facts
from pipelines.resolve.clusters.guard import NAME_ALONE, PROMISCUOUS, TOO_LARGE, Apart, Cut, Link, take_apart
from pipelines.resolve.clusters.namesakes import unambiguous
from pipelines.resolve.engines.components import component_labels
from pipelines.resolve.relations import arrow, has_table, run, take
from pipelines.resolve.scoring.model import CORROBORATED
from pipelines.resolve.settings import Linkage

log = logging.getLogger(__name__)

JUDGED_WEIGHT = 1000.0  # bits of a steward's "same": more than any evidence adds up to
BY_NAME = 1  # the turn of links of equal names alone: after all others
# What clustering asks of an identity: who it may be, what it is recognised by, and whether it is believed.
ASKED = (
    "identity_id", "given_name", "given_forms", "family_name", "family_forms", "middle_initials", "date_of_birth", "emails",
    "phones", "handles", "accounts", "crm_ids", "claimed_emails", "claimed_phones", "is_promiscuous",
)  # fmt: skip


@dataclass
class Clusters:
    """What came of the links.

    Attributes:
        count: how many identities there are; they are numbered in the order of their ids.
        kept: the links that hold, ``l, r`` (numbers of identities), ``match_weight`` (bits), ``turn``.
        labels: the component of each identity.
        hanging: the component of each over all links and judgements, taken or not: what it takes to decide over it.
        cuts: links at or above the threshold that were not taken, with the reason.
    """

    count: int
    kept: pd.DataFrame
    labels: np.ndarray
    hanging: np.ndarray
    cuts: list[Cut] = field(default_factory=list)


def number_identities(con: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary table node (node, identity_id): all of resolve.identity, numbered in their order from 0."""
    select = "SELECT row_number() OVER (ORDER BY identity_id) - 1 AS node, identity_id FROM resolve.identity"
    take(con, "node", select)


def find_clusters(
    con: duckdb.DuckDBPyConnection, linkage: Linkage, components: Callable[[int, pd.DataFrame], np.ndarray] | None = None
) -> Clusters:
    """Join the identities of the temporary table node (node, identity_id) along their links.

    Three steps, each over all edges, so that the result never depends on the order of the nights: components of the
    corroborated links, and of what stewards have called the same; links of equal names alone, where they leave no doubt
    who is meant; those of names that nobody else here bears. After each the guard takes apart what contradicts itself.

    ``components`` finds those of the first step, the one that grows with all links; ``component_labels`` unless given.
    """
    count = int(run(con, "SELECT count(*) FROM node")[0][0])
    same, different = judged_pairs(con, "same"), judged_pairs(con, "different")
    links = stored_links(con, linkage.joins_from)
    judged = pd.DataFrame(np.concatenate([same, different])[:, :2], columns=["l", "r"])
    hanging = component_labels(count, pd.concat([links[["l", "r"]], judged], ignore_index=True))
    links = links[~_is_among(links, same, count)]
    is_accepted = links["match_weight"] >= linkage.threshold
    is_strong = links["other_weight"] >= CORROBORATED
    is_barred = ~is_strong & _is_promiscuous(con, count)[links[["l", "r"]].to_numpy()].any(axis=1)
    barred, links = links[is_barred & is_accepted], links[~is_barred]
    is_accepted, is_strong = is_accepted[links.index], is_strong[links.index]
    stewards = pd.DataFrame({"l": same[:, 0], "r": same[:, 1], "match_weight": JUDGED_WEIGHT, "turn": -1 - same[:, 2]})
    strong = pd.concat([stewards, links[is_accepted & is_strong]], ignore_index=True)
    found = Clusters(count, strong, np.arange(count), hanging)
    guard = Guard(con, count, different[:, :2], linkage)
    found.labels = (components or component_labels)(count, found.kept)
    found.kept, cuts = guard.keep(found.kept, found.labels, tie_margin=linkage.tie_margin)
    found.cuts += cuts
    found.labels = component_labels(count, found.kept)
    named = links[~is_strong].assign(turn=BY_NAME)
    reaches = named["match_weight"] >= linkage.threshold
    _join_by_name(con, found, named[reaches], guard, is_unique=False)
    _join_by_name(con, found, named[~reaches], guard, is_unique=True)
    found.cuts += [Cut(link, PROMISCUOUS) for link in _as_links(_apart(barred, found.labels))]
    found.cuts = [cut for cut in found.cuts if found.labels[cut.link.left] != found.labels[cut.link.right]]
    return found


def _join_by_name(
    con: duckdb.DuckDBPyConnection, found: Clusters, named: pd.DataFrame, guard: "Guard", *, is_unique: bool
) -> None:
    """Take the links of equal names alone that leave no doubt; note the others where they reach the threshold."""
    if named.empty:
        return
    ends = pd.DataFrame({"l": found.labels[named["l"].to_numpy()], "r": found.labels[named["r"].to_numpy()]})
    components = component_labels(found.count, ends)
    is_clear = unambiguous(con, named, found.labels, components, guard.linkage.tie_margin, is_unique=is_unique)
    touched = np.isin(components[found.labels], np.unique(components[ends[is_clear].to_numpy().ravel()]))
    links = pd.concat([found.kept, named[is_clear]], ignore_index=True)
    kept, cuts = guard.keep(links, component_labels(found.count, links), touched=touched)
    labels = component_labels(found.count, kept)
    if not is_unique:
        found.cuts += [Cut(link, NAME_ALONE) for link in _as_links(_apart(named[~is_clear], labels))]
        found.cuts += cuts
    found.kept, found.labels = kept, labels


@dataclass
class Guard:
    """The guard over the links of one run: ``keep`` says which of them hold."""

    con: duckdb.DuckDBPyConnection
    count: int
    different: np.ndarray
    linkage: Linkage

    def keep(
        self,
        links: pd.DataFrame,
        labels: np.ndarray,
        *,
        touched: np.ndarray | None = None,
        tie_margin: float | None = None,
    ) -> tuple[pd.DataFrame, list[Cut]]:
        """Return the links that hold, in their order, and the others with the reason.

        Args:
            labels: the component of each node over ``links``.
            touched: which nodes to look at, whole components; None for all.
        """
        links, cuts = self._cut_to_size(links, labels)
        if cuts:
            labels = component_labels(self.count, links)
        looked_at = labels if touched is None else np.where(touched, labels, -1)
        suspects, facts = find_suspects(self.con, looked_at, self.different, self.linkage)
        in_doubt = np.isin(labels[links["l"].to_numpy()], suspects)
        apart = take_apart(_as_links(links[in_doubt]), facts, tie_margin)
        return _without(links, apart, self.count), cuts + apart.cut

    def _cut_to_size(self, links: pd.DataFrame, labels: np.ndarray) -> tuple[pd.DataFrame, list[Cut]]:
        """Cut what is hopelessly large (see ``contradictions.HOPELESS``) before its contradictions are looked for."""
        is_large = np.bincount(labels, minlength=1)[labels] > HOPELESS * self.linkage.identities_at_most
        if not is_large.any():
            return links, []
        apart = take_apart(_as_links(links[is_large[links["l"].to_numpy()]]), size_facts(self.different, self.linkage))
        log.warning(
            "the guard: %d identities hang together, the bound is %d; %d links are cut at %s and go to the review",
            np.bincount(labels).max(), self.linkage.identities_at_most, len(apart.cut), TOO_LARGE,
        )  # fmt: skip
        return _without(links, apart, self.count), apart.cut


def _apart(links: pd.DataFrame, labels: np.ndarray) -> pd.DataFrame:
    """Return the links whose two ends have not come together by others."""
    is_apart: np.ndarray = labels[links["l"].to_numpy()] != labels[links["r"].to_numpy()]
    return links.loc[is_apart]


def _as_links(links: pd.DataFrame) -> list[Link]:
    columns = (links[name].tolist() for name in ("l", "r", "match_weight", "turn"))
    return [Link(*row) for row in zip(*columns, strict=True)]


def _without(links: pd.DataFrame, apart: Apart, count: int) -> pd.DataFrame:
    if not apart.cut:
        return links
    gone = [cut.link.left * count + cut.link.right for cut in apart.cut]
    return links[~np.isin(links["l"].to_numpy() * count + links["r"].to_numpy(), gone)]


def _is_among(links: pd.DataFrame, pairs: np.ndarray, count: int) -> np.ndarray:
    found: np.ndarray = np.isin(links["l"].to_numpy() * count + links["r"].to_numpy(), pairs[:, 0] * count + pairs[:, 1])
    return found


def _is_promiscuous(con: duckdb.DuckDBPyConnection, count: int) -> np.ndarray:
    """Say of each node whether it claims more than anyone has: an equal name alone joins it to nobody."""
    nodes = run(con, "SELECT node FROM node SEMI JOIN (FROM resolve.identity WHERE is_promiscuous) USING (identity_id)")
    found = np.zeros(count, dtype=bool)
    found[[node for (node,) in nodes]] = True
    return found


def judged_pairs(con: duckdb.DuckDBPyConnection, verdict: str) -> np.ndarray:
    """Return what stewards have judged so: rows of ``l, r`` (numbers of identities, l < r) and the judgement's rank."""
    if not has_table(con, "resolve", "judgement"):
        return np.zeros((0, 3), dtype=np.int64)
    rows = run(
        con,
        """
        SELECT l.node, r.node, judgement.judgement_rank
        FROM resolve.judgement AS judgement
        INNER JOIN node AS l ON judgement.identity_l = l.identity_id
        INNER JOIN node AS r ON judgement.identity_r = r.identity_id
        WHERE judgement.verdict = $verdict
        ORDER BY l.node, r.node
        """,
        {"verdict": verdict},
    )
    return np.array(rows, dtype=np.int64).reshape(-1, 3)


def stored_links(con: duckdb.DuckDBPyConnection, at_least: float) -> pd.DataFrame:
    """Return the edges of ``at_least`` so many bits: ``l, r`` (numbers of identities), ``match_weight, other_weight, turn``.

    They are sorted by ``l, r``.
    """
    edges = arrow(
        con,
        f"""
        SELECT l.node AS l, r.node AS r, edge.match_weight, edge.other_weight, 0 AS turn
        FROM resolve.edge AS edge
        INNER JOIN node AS l ON edge.identity_l = l.identity_id
        INNER JOIN node AS r ON edge.identity_r = r.identity_id
        WHERE edge.match_weight >= {at_least}
        ORDER BY l.node, r.node
        """,
    )
    return pd.DataFrame({name: edges[name].to_numpy() for name in edges.column_names})


def strongest_tree(links: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return the links ``l, r, match_weight`` of the strongest spanning tree of each component, sorted by ``l, r``.

    Any two members of a component are joined by a path of them at least as strong as every other path's weakest link;
    without any one of them the tree falls in two. Of links that weigh the same the first by its two ends stays, so that a
    component has one tree, whatever else there is.
    """
    ranked = links.sort_values(["match_weight", "l", "r"], ascending=[False, True, True])[["l", "r", "match_weight"]]
    if ranked.empty:
        return ranked
    place = np.arange(1, len(ranked) + 1, dtype=float)
    tree = minimum_spanning_tree(coo_matrix((place, (ranked["l"].to_numpy(), ranked["r"].to_numpy())), (count, count)))
    found: pd.DataFrame = ranked.iloc[tree.data.astype(np.int64) - 1].sort_values(["l", "r"], ignore_index=True)
    return found


def weakest_links(tree: pd.DataFrame, labels: np.ndarray) -> np.ndarray:
    """Return, for each node, the weight of the weakest link of its ``strongest_tree``; NaN where it is alone."""
    if tree.empty:
        return np.full(len(labels), np.nan)
    by_label = tree["match_weight"].groupby(labels[tree["l"].to_numpy()]).min()
    return pd.Series(labels).map(by_label).to_numpy(dtype=float)
