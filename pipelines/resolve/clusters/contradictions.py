"""What components of links show that cannot be one person's: found for all of them at once, told for those in doubt only."""

from collections import defaultdict
from collections.abc import Iterable

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.resolve.clusters.guard import BIRTHS, NAMES, Facts
from pipelines.resolve.relations import register, run, take, unregister
from pipelines.resolve.scoring.model import CORROBORATED
from pipelines.resolve.settings import Linkage

# Components so far over the bound are first cut to size, strongest links first: every one of their names against every other
# would be millions of comparisons, and none of it may pass without a steward anyway.
HOPELESS = 10

_COLUMN = {"email": "emails", "phone": "phones", "handle": "handles", "account": "accounts", "crm_id": "crm_ids"}
_FACE = "given_name, given_forms, family_name, family_forms, date_of_birth"

Pairs = np.ndarray  # of two columns: positions of identities


def find_suspects(
    con: duckdb.DuckDBPyConnection, labels: np.ndarray, different: Pairs, linkage: Linkage
) -> tuple[np.ndarray, Facts]:
    """Find the components that may contradict themselves or be too large, and what their members show.

    Args:
        con: has resolve.identity and the temporary table node (node, identity_id); agreement is installed.
        labels: the component of each node; -1 for nodes that need not be looked at.
        different: pairs of nodes that a steward has told apart.

    Returns:
        The labels of those components, sorted, and the facts about their nodes for ``guard.take_apart``.
    """
    suspects: set[int] = set()
    members = np.flatnonzero(labels >= 0)
    sizes = np.bincount(labels[members], minlength=1)
    members = members[sizes[labels[members]] > 1]
    register(con, "component", pa.table({"node": members, "label": labels[members]}))
    try:
        told = different[labels[different[:, 0]] == labels[different[:, 1]]]
        suspects |= set(labels[told[:, 0]].tolist()) - {-1}
        suspects |= set(np.flatnonzero(sizes > linkage.identities_at_most).tolist())
        look = _worth_a_look(con, linkage)
        suspects |= look["too many"] | look["two ids"]
        face_of, conflicts, by_face = _faces(con, look["two faces"], linkage.threshold)
        suspects |= by_face
        found = np.array(sorted(suspects), dtype=np.int64)
        facts = Facts(
            face_of=face_of,
            conflicts=conflicts,
            ids_of=_ids(con, look["two ids"], linkage),  # elsewhere neither can be in the way
            values_of=_values(con, look["too many"], linkage),
            different=_neighbours(different),
            most_values={str(kind): most for kind, most in linkage.values_at_most.items()},
            most_nodes=linkage.identities_at_most,
        )
    finally:
        unregister(con, "component")
    return found, facts


def size_facts(different: Pairs, linkage: Linkage) -> Facts:
    """Return the facts by which a hopelessly large component is cut to size before anything else is looked at."""
    return Facts(different=_neighbours(different), most_nodes=linkage.identities_at_most)


def _neighbours(pairs: Pairs) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for left, right in pairs.tolist():
        found[left].add(right)
        found[right].add(left)
    return {node: frozenset(others) for node, others in found.items()}


def _worth_a_look(con: duckdb.DuckDBPyConnection, linkage: Linkage) -> dict[str, set[int]]:
    """Return the labels of components that may contradict themselves, in one pass over all: few need a closer look.

    Names rule each other out by their first names, so that a component of one first name and one date of birth is clean.
    """
    counted = {kind: f"sum(len(identity.{_COLUMN[kind]}))" for kind in linkage.values_at_most}
    many = " OR ".join(f"{total} > {linkage.values_at_most[kind]}" for kind, total in counted.items()) or "FALSE"
    rows = run(
        con,
        f"""
        SELECT
            component.label,
            coalesce(min(identity.given_name) != max(identity.given_name), FALSE)
            OR coalesce(min(identity.date_of_birth) != max(identity.date_of_birth), FALSE) AS has_two_faces,
            {many} AS has_many
        FROM component
        INNER JOIN node ON component.node = node.node
        INNER JOIN resolve.identity AS identity ON node.identity_id = identity.identity_id
        GROUP BY component.label
        HAVING has_two_faces OR has_many
        """,
    )
    large = [label for label, _, has_many in rows if has_many]
    return {
        "two faces": {label for label, has_two_faces, _ in rows if has_two_faces},
        "too many": _with_too_many(con, large, linkage),
        "two ids": _with_two_ids(con, linkage),
    }


def _faces(
    con: duckdb.DuckDBPyConnection, labels: set[int], threshold: float
) -> tuple[dict[int, int], dict[int, dict[int, str]], set[int]]:
    """Return the face of each node of a component that has two which rule each other out, why they do, and its label.

    A face is what the guard goes by: a whole name and a date of birth, as a component shows them. A contradiction that a
    link of the component has weighed, and outweighed (one id, one address, but another first name), is none: what is
    looked for is what nobody has compared.
    """
    if not labels:
        return {}, {}, set()
    run(con, f"CREATE OR REPLACE TEMP TABLE face AS {_FACES}", {"labels": sorted(labels)})
    take(con, "conflict", _CONFLICTS)
    weighed = {"threshold": threshold, "corroborated": CORROBORATED}
    run(con, f"CREATE OR REPLACE TEMP TABLE conflict AS {_UNWEIGHED}", weighed)
    conflicts: dict[int, dict[int, str]] = defaultdict(dict)
    for one, other, is_birth in run(con, "SELECT one, other, is_birth FROM conflict ORDER BY one, other"):
        conflicts[one][other] = BIRTHS if is_birth else NAMES
    shown = run(
        con,
        """
        SELECT unnest(nodes), face FROM face
        WHERE label IN (SELECT label FROM conflict)
        ORDER BY face
        """,
    )
    found = {label for (label,) in run(con, "SELECT DISTINCT label FROM conflict")}
    run(con, "DROP TABLE face")
    run(con, "DROP TABLE conflict")
    return dict(shown), dict(conflicts), found


_FACES = f"""
    SELECT *, row_number() OVER (ORDER BY label, nodes) AS face
    FROM (
        SELECT component.label, {_FACE}, list(component.node ORDER BY component.node) AS nodes
        FROM component
        INNER JOIN node ON component.node = node.node
        INNER JOIN resolve.identity AS identity ON node.identity_id = identity.identity_id
        WHERE
            component.label IN (SELECT unnest($labels))
            AND (is_full(identity.given_name, identity.family_name) OR identity.date_of_birth IS NOT NULL)
        GROUP BY ALL
    )
    QUALIFY count(*) OVER (PARTITION BY label) > 1
"""
_CONFLICTS = """
    SELECT
        one.label,
        one.face AS one,
        other.face AS other,
        names_contradict(
            one.given_name, one.given_forms, one.family_name, one.family_forms,
            other.given_name, other.given_forms, other.family_name, other.family_forms
        ) AS is_name,
        births_contradict(one.date_of_birth, other.date_of_birth) AS is_birth
    FROM face AS one INNER JOIN face AS other ON one.label = other.label AND one.face != other.face
    WHERE people_contradict(
        one.given_name, one.given_forms, one.family_name, one.family_forms, one.date_of_birth,
        other.given_name, other.given_forms, other.family_name, other.family_forms, other.date_of_birth
    )
"""
_UNWEIGHED = """
    WITH member AS (
        SELECT face.*, unnest(face.nodes) AS node FROM face WHERE label IN (SELECT label FROM conflict)
    ),
    one_way AS (
        SELECT
            one.label,
            one.given_name AS given_l, one.given_forms AS forms_l, one.family_name AS family_l,
            one.date_of_birth AS birth_l,
            other.given_name AS given_r, other.given_forms AS forms_r, other.family_name AS family_r,
            other.date_of_birth AS birth_r
        FROM resolve.edge AS edge
        INNER JOIN node AS l ON edge.identity_l = l.identity_id
        INNER JOIN node AS r ON edge.identity_r = r.identity_id
        INNER JOIN member AS one ON l.node = one.node
        INNER JOIN member AS other ON r.node = other.node AND one.label = other.label AND one.face != other.face
        WHERE edge.match_weight >= $threshold AND edge.other_weight >= $corroborated
    ),
    weighed AS (
        FROM one_way
        UNION
        SELECT label, given_r, forms_r, family_r, birth_r, given_l, forms_l, family_l, birth_l FROM one_way
    ),
    looked_at AS (
        SELECT
            conflict.label,
            conflict.one,
            conflict.other,
            conflict.is_name AND NOT coalesce(bool_or(
                shows_given(given_l, forms_l, family_l, one.given_name, one.given_forms, one.family_name)
                AND shows_given(given_r, forms_r, family_r, other.given_name, other.given_forms, other.family_name)
            ), FALSE) AS is_name,
            conflict.is_birth AND NOT coalesce(bool_or(
                births_agree(birth_l, one.date_of_birth) AND births_agree(birth_r, other.date_of_birth)
            ), FALSE) AS is_birth
        FROM conflict
        INNER JOIN face AS one ON conflict.one = one.face
        INNER JOIN face AS other ON conflict.other = other.face
        LEFT JOIN weighed ON conflict.label = weighed.label
        GROUP BY conflict.label, conflict.one, conflict.other, conflict.is_name, conflict.is_birth
    )
    SELECT label, one, other, is_birth FROM looked_at WHERE is_name OR is_birth
"""


def _with_too_many(con: duckdb.DuckDBPyConnection, labels: list[int], linkage: Linkage) -> set[int]:
    found: set[int] = set()
    for kind, most in linkage.values_at_most.items() if labels else ():
        rows = run(con, _MANY.format(column=_COLUMN[kind]), {"most": most, "labels": labels})
        found |= {label for (label,) in rows}
    return found


_MANY = """
    SELECT label
    FROM (
        SELECT component.label, unnest(identity.{column}) AS value
        FROM component
        INNER JOIN node ON component.node = node.node
        INNER JOIN resolve.identity AS identity ON node.identity_id = identity.identity_id
        WHERE component.label IN (SELECT unnest($labels))
    )
    GROUP BY label
    HAVING count(DISTINCT value) > $most
"""
_UNIQUE = """
    SELECT label, node, value
    FROM (
        SELECT component.label, component.node, unnest(identity.crm_ids || identity.accounts || identity.handles) AS value
        FROM component
        INNER JOIN node ON component.node = node.node
        INNER JOIN resolve.identity AS identity ON node.identity_id = identity.identity_id
    )
    WHERE list_contains($scopes, split_part(value, ':', 1))
"""


def _with_two_ids(con: duckdb.DuckDBPyConnection, linkage: Linkage) -> set[int]:
    if not linkage.unique_scopes:
        return set()
    rows = run(
        con,
        f"SELECT DISTINCT label FROM ({_UNIQUE}) GROUP BY label, split_part(value, ':', 1) HAVING count(DISTINCT value) > 1",
        {"scopes": linkage.unique_scopes},
    )
    return {label for (label,) in rows}


def _ids(con: duckdb.DuckDBPyConnection, labels: set[int], linkage: Linkage) -> dict[int, dict[str, str]]:
    if not labels:
        return {}
    rows = run(
        con,
        f"SELECT node, split_part(value, ':', 1) AS scope, list(value ORDER BY value) FROM ({_UNIQUE})"
        " WHERE label IN (SELECT unnest($suspects)) GROUP BY node, scope ORDER BY node, scope",
        {"scopes": linkage.unique_scopes, "suspects": sorted(labels)},
    )
    one_of = first_of_groups(values for _, _, values in rows)
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for node, scope, values in rows:
        found[node][scope] = one_of[values[0]]
    return dict(found)


def first_of_groups(groups: Iterable[list[str]]) -> dict[str, str]:
    """Return for each value the first of all values that it hangs together with over groups that share one."""
    parent: dict[str, str] = {}

    def root(value: str) -> str:
        while parent.setdefault(value, value) != value:
            value = parent[value]
        return value

    for first, *others in groups:
        for other in [first, *others]:
            one, two = sorted((root(first), root(other)))
            parent[two] = one
    return {value: root(value) for value in parent}


def _values(con: duckdb.DuckDBPyConnection, labels: set[int], linkage: Linkage) -> dict[int, dict[str, frozenset[str]]]:
    if not labels:
        return {}
    told = [
        f"SELECT component.node, '{kind}', identity.{_COLUMN[kind]} FROM component"
        " INNER JOIN node ON component.node = node.node"
        " INNER JOIN resolve.identity AS identity ON node.identity_id = identity.identity_id"
        f" WHERE len(identity.{_COLUMN[kind]}) > 0 AND component.label IN (SELECT unnest($suspects))"
        for kind in linkage.values_at_most
    ]
    return _by_node(run(con, " UNION ALL ".join(told), {"suspects": sorted(labels)}))


def _by_node(rows: Iterable[tuple[int, str, list[str]]]) -> dict[int, dict[str, frozenset[str]]]:
    found: dict[int, dict[str, frozenset[str]]] = defaultdict(dict)
    for node, kind, values in rows:
        found[node][kind] = frozenset(values)
    return dict(found)
