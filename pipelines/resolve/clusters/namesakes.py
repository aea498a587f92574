"""Links of equal names alone: taken only where nobody else can be meant."""

from collections import defaultdict

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.resolve.clusters.guard import NAME_ALONE, Facts, Link, take_apart
from pipelines.resolve.relations import register, run, unregister


def unambiguous(
    con: duckdb.DuckDBPyConnection, links: pd.DataFrame, labels: np.ndarray, components: np.ndarray, tie_margin: float,
    *, is_unique: bool = False,
) -> np.ndarray:  # fmt: skip
    """Say of each link of equal names alone whether it leaves no doubt who is meant.

    Two parts may be two people of one name where both have an identifier of one kind (a mail address, an account on one
    platform, a row of one CRM) and none in common that is one person's alone, not even a claimed one: these are not
    joined; nor are two with other middle initials. A part that could as well go with either of two such stays alone. With
    ``is_unique`` one such doubt among all who share the name refuses every link among them: what speaks for these is that
    nobody else here bears it.

    Args:
        con: has resolve.identity and the temporary table node (node, identity_id); agreement is installed.
        links: ``l, r, match_weight`` (positions of nodes; bits).
        labels: the part of each node so far.
        components: the component of each part when all ``links`` are taken.

    Returns:
        One boolean a link.
    """
    if links.empty:
        return np.zeros(0, dtype=bool)
    one, other = labels[links["l"].to_numpy()], labels[links["r"].to_numpy()]
    rivals = _rivals(con, labels, components, np.union1d(one, other))
    if not rivals:
        return np.ones(len(links), dtype=bool)
    in_doubt = np.isin(components[one], np.unique(components[sorted(rivals)]))
    if is_unique:
        return ~in_doubt
    facts = Facts(
        face_of={part: part for part in rivals},
        conflicts={part: dict.fromkeys(others, NAME_ALONE) for part, others in rivals.items()},
    )
    pairs = zip(one[in_doubt].tolist(), other[in_doubt].tolist(), links["match_weight"][in_doubt], strict=True)
    told = [Link(min(left, right), max(left, right), weight) for left, right, weight in pairs if left != right]
    refused = {cut.link[:2] for cut in take_apart(told, facts, tie_margin).cut}
    ends = zip(np.minimum(one, other).tolist(), np.maximum(one, other).tolist(), strict=True)
    return np.fromiter((pair not in refused for pair in ends), dtype=bool, count=len(links))


def _rivals(
    con: duckdb.DuckDBPyConnection, labels: np.ndarray, components: np.ndarray, parts: np.ndarray
) -> dict[int, set[int]]:
    """Return, for each part that a link would join with others, those that may be other people of the name."""
    nodes = np.flatnonzero(np.isin(labels, parts))
    register(con, "component", pa.table({"node": nodes, "part": labels[nodes], "label": components[labels[nodes]]}))
    rivals: dict[int, set[int]] = defaultdict(set)
    for one, other in run(con, _RIVALS):
        rivals[one].add(other)
    unregister(con, "component")
    return rivals


_RIVALS = """
    WITH shown AS (
        SELECT component.label, component.part, identity.*
        FROM component INNER JOIN node USING (node) INNER JOIN resolve.identity AS identity USING (identity_id)
        WHERE component.label IN (SELECT label FROM component GROUP BY label HAVING count(DISTINCT part) > 1)
    ),
    held AS (
        SELECT DISTINCT label, part, unnest(
            list_transform(emails || claimed_emails, lambda value: 'email:' || value)
            || list_transform(phones || claimed_phones, lambda value: 'phone:' || value)
            || accounts || crm_ids || handles
            || CASE WHEN date_of_birth IS NULL THEN [] ELSE ['born:' || date_of_birth] END
        ) AS value
        FROM shown
    ),
    between AS (
        SELECT label, part, flatten(list(middle_initials)) AS middle_initials
        FROM shown
        WHERE len(middle_initials) > 0
        GROUP BY label, part
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
    UNION
    SELECT one.part, other.part
    FROM between AS one INNER JOIN between AS other ON one.label = other.label AND one.part != other.part
    WHERE NOT list_has_any(one.middle_initials, other.middle_initials)
"""
