"""What became of the links around somebody: the night's own clustering, run again over what hangs together with them.

Components are independent of one another, so that a neighbourhood clusters by itself as it does within the whole: what is
told here is what decided, not a second opinion.
"""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import duckdb
import pandas as pd
import pyarrow as pa

from pipelines.errors import ConfigurationError
from pipelines.resolve.clusters.cluster import (
    JUDGED_WEIGHT,
    Clusters,
    find_clusters,
    number_identities,
    strongest_tree,
)
from pipelines.resolve.clusters.namesakes import unambiguous
from pipelines.resolve.engines.components import component_labels
from pipelines.resolve.lookup import identities_of, quoted, schema_of
from pipelines.resolve.relations import arrow, has_table, run
from pipelines.resolve.scoring.model import CORROBORATED
from pipelines.resolve.scoring.score import copy_into, scratch
from pipelines.resolve.settings import Linkage

LARGEST = 5000  # identities of a neighbourhood that is clustered again: seconds at most


class HeldLink(NamedTuple):
    """A link of the strongest tree that holds a customer together; without any of them it falls in two."""

    identity_l: str
    identity_r: str
    match_weight: float
    by_steward: bool


class CutLink(NamedTuple):
    """A link that was not taken: the reason (a constant of ``guard``), and the two identities that show it, or None."""

    identity_l: str
    identity_r: str
    match_weight: float
    reason: str
    witness_l: str | None
    witness_r: str | None


class Judged(NamedTuple):
    """What a steward has said of two identities."""

    identity_l: str
    identity_r: str
    verdict: str


@dataclass(frozen=True)
class Replay:
    """The clustering of a neighbourhood, while its scratch database is open.

    Attributes:
        identities: their ids, sorted; a node is a place in this list.
        edges: ``l, r`` (nodes), ``match_weight, other_weight``: every stored edge among them from which a link may be.
        judged: what stewards have said about pairs of them.
    """

    own: duckdb.DuckDBPyConnection
    linkage: Linkage
    identities: list[str]
    edges: pd.DataFrame
    judged: list[Judged]
    found: Clusters

    def are_one(self, left: str, right: str) -> bool:
        """Say whether the two come out as one customer."""
        return self._part(left) == self._part(right)

    def held(self) -> list[HeldLink]:
        """Return the links that hold, a tree a customer, the weakest first."""
        tree = strongest_tree(self.found.kept, self.found.count)
        links = [
            HeldLink(self.identities[left], self.identities[right], float(weight), weight >= JUDGED_WEIGHT)
            for left, right, weight in zip(tree["l"], tree["r"], tree["match_weight"], strict=True)
        ]
        return sorted(links, key=lambda link: (link.match_weight, link.identity_l, link.identity_r))

    def cuts(self) -> list[CutLink]:
        """Return the links that were not taken although their weight is over the threshold."""
        return [
            CutLink(
                self.identities[cut.link.left], self.identities[cut.link.right], float(cut.link.weight), cut.reason,
                self._name(cut.witness_l), self._name(cut.witness_r),
            )
            for cut in self.found.cuts
        ]  # fmt: skip

    def namesakes(self, left: str, right: str) -> tuple[bool, list[str]]:
        """Say why equal names alone did not join two: who else may be meant.

        Returns:
            Whether the two may themselves be two people of one name; and the identities (the first of each customer) of
            others who bear it and may be meant as well.
        """
        labels = self.found.labels
        ends = (self.identities.index(left), self.identities.index(right))
        own = {int(labels[node]) for node in ends}
        named = self.edges[
            (self.edges["other_weight"] < CORROBORATED)
            & (self.edges["match_weight"] >= self.linkage.threshold - self.linkage.unique_name)
        ]
        links = list(named[["l", "r", "match_weight"]].itertuples(index=False, name=None))
        pair = next((link for link in links if link[:2] == ends), (*ends, self.linkage.threshold))
        if not self._is_clear([pair]):
            return True, []
        near: dict[int, list[tuple[int, int, float]]] = {}
        for link in links:
            sides = {int(labels[node]) for node in link[:2]}
            for part in sides - own if sides & own else ():
                near.setdefault(part, []).append(link)
        rivals = [part for part, theirs in sorted(near.items()) if not self._is_clear([pair, *theirs])]
        return False, [self.identities[int((labels == part).argmax())] for part in rivals]

    def _is_clear(self, links: list[tuple[int, int, float]]) -> bool:
        """Say whether the first of some links of equal names would be taken, were there no others."""
        frame = pd.DataFrame(links, columns=["l", "r", "match_weight"])
        labels = self.found.labels
        ends = pd.DataFrame({"l": labels[frame["l"].to_numpy()], "r": labels[frame["r"].to_numpy()]})
        components = component_labels(self.found.count, ends)
        return bool(unambiguous(self.own, frame, labels, components, self.linkage.tie_margin)[0])

    def _part(self, identity: str) -> int:
        return int(self.found.labels[self.identities.index(identity)])

    def _name(self, node: int | None) -> str | None:
        return None if node is None else self.identities[node]


@contextlib.contextmanager
def replayed(con: duckdb.DuckDBPyConnection, around: Iterable[str], linkage: Linkage) -> Iterator[Replay | None]:
    """Cluster anew all that hangs together with some identities; None where that is too much to look at.

    Args:
        con: a warehouse (schema resolve) or a published customers.duckdb (schema meta).
        around: identity_ids that are there.
        linkage: the settings, today's.

    Raises:
        ConfigurationError: the version in hand was written before the clustering knew some column.
    """
    identities = _neighbourhood(con, around, linkage.joins_from)
    if len(identities) > LARGEST:
        yield None
        return
    schema, listed = schema_of(con), quoted(identities)
    both = f"identity_l IN ({listed}) AND identity_r IN ({listed})"
    edges = arrow(con, f"SELECT * FROM {schema}.edge WHERE {both}")
    judged = arrow(con, f"SELECT * FROM {schema}.judgement WHERE {both}") if has_table(con, schema, "judgement") else None
    with clustered(con, identities_of(con, identities), edges, linkage, judged) as replay:
        yield replay


@contextlib.contextmanager
def clustered(
    within: duckdb.DuckDBPyConnection,
    identities: pa.Table,
    edges: pa.Table,
    linkage: Linkage,
    judged: pa.Table | None = None,
) -> Iterator[Replay]:
    """Cluster identities along edges, on a scratch database, by the code that the night runs.

    Args:
        within: a connection whose limits of memory and disk the scratch database takes over.
        identities, edges, judged: rows of resolve.identity (columns ``cluster.ASKED``), resolve.edge and resolve.judgement.

    Raises:
        ConfigurationError: the rows were written before the clustering knew some column.
    """
    with scratch(within) as own:
        run(own, "CREATE SCHEMA resolve")
        for table, rows in (("identity", identities), ("edge", edges), ("judgement", judged)):
            if rows is not None:
                copy_into(own, f"resolve.{table}", rows)
        number_identities(own)
        try:
            found = find_clusters(own, linkage)
        except (duckdb.BinderException, duckdb.CatalogException):
            raise ConfigurationError("what is at hand was written by an older version: run a night first") from None
        names = sorted(identities["identity_id"].to_pylist())
        yield Replay(own, linkage, names, arrow(own, _EDGES).to_pandas(), _judged(own), found)


_EDGES = """
    SELECT l.node AS l, r.node AS r, edge.match_weight, edge.other_weight
    FROM resolve.edge AS edge
    INNER JOIN node AS l ON edge.identity_l = l.identity_id
    INNER JOIN node AS r ON edge.identity_r = r.identity_id
    ORDER BY l.node, r.node
"""


def _judged(own: duckdb.DuckDBPyConnection) -> list[Judged]:
    if not has_table(own, "resolve", "judgement"):
        return []
    rows = run(own, "SELECT identity_l, identity_r, verdict FROM resolve.judgement ORDER BY identity_l, identity_r")
    return [Judged(*row) for row in rows]


def _neighbourhood(con: duckdb.DuckDBPyConnection, around: Iterable[str], weight: float) -> set[str]:
    """Return the identities that links of at least ``weight``, or a steward's "same", connect with some."""
    schema = schema_of(con)
    joins = f"SELECT identity_l, identity_r FROM {schema}.edge WHERE match_weight >= {weight}"
    if has_table(con, schema, "judgement"):
        joins += f" UNION ALL SELECT identity_l, identity_r FROM {schema}.judgement WHERE verdict != 'unsure'"
    found = set(around)
    front = found
    while front and len(found) <= LARGEST:
        listed = quoted(front)
        here = f"identity_l IN ({listed}) OR identity_r IN ({listed})"
        rows = run(con, f"SELECT identity_l, identity_r FROM ({joins}) WHERE {here}")
        front = {identity for row in rows for identity in row} - found
        found |= front
    return found
