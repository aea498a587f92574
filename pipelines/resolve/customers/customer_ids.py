"""Customer ids that last: which cluster keeps which id, and where every id ever given leads now.

The laws: on a split the larger part keeps the id, on a merge the oldest id stays; an id that merged away comes back when
its records part again, and one whose records were gone comes back with the record that founded it; a new id is a hash of
its founder (the cluster's earliest record); no id is ever lost, and none is ever given twice.
"""

import hashlib

import duckdb

from pipelines.resolve.exchange import narrowed
from pipelines.resolve.relations import run, take


def assign_ids(con: duckdb.DuckDBPyConnection, near: str = "past_crosswalk") -> None:
    """Give each cluster its customer id, from what its records were before.

    Args:
        near: the rows of past_crosswalk that the clusters of part_founder may ask for.

    Reads the temporary tables
        part_founder: ``part, founder_at, founder_source, founder_source_ref, record_count``, one row a cluster.
        trace: what became of each record (see ``customers``): ``part, customer_before, home_before, put_aside`` and its key.
        past_crosswalk: ``customer_id, current_customer_id, since, cause, born, generation``, every id ever given.

    Makes the temporary tables
        claim: ``customer_id, standing, part, generation, record_count``: the cluster that an id's records are in by now, one
            row an id that still has any.
        assigned: ``part, customer_id, is_new``, one row a cluster, no id twice.
        vote: ``customer_id, home_id, part, record_count``, for ``keep_homes``.
    """
    take(con, "vote", _VOTES)
    living, retired, vanished = (narrowed(told, {"past_crosswalk": near}) for told in (_LIVING, _RETIRED, _VANISHED))
    take(con, "claim", f"{living} UNION ALL {retired}")
    run(con, f"INSERT INTO claim {vanished}")
    take(con, "assigned", _KEPT)
    run(con, f"INSERT INTO assigned {_RETURNED}")
    attempt = 0
    while run(con, f"SELECT count(*) FROM ({_OPEN})")[0][0]:
        run(con, f"INSERT INTO assigned {_FOUNDED}", {"attempt": f"\x1f{attempt}" if attempt else ""})
        attempt += 1


def keep_homes(con: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary table kept_home from what ``assign_ids`` left and resolve.crosswalk.

    ``customer_before, home_id, part``: records that merged away with their whole customer, and are at home in home_id still.
    """
    take(con, "kept_home", _HOMES)
    run(con, "DROP TABLE vote")


def founder_id(source: str, source_ref: str, attempt: int = 0) -> str:
    """Return the customer id that a record founds: "c" and 16 hex digits of sha256; ``attempt`` where that one is taken."""
    parts = [source, source_ref, *([str(attempt)] if attempt else [])]
    return "c" + hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def hash_of(source: str, source_ref: str, attempt: str = "''") -> str:
    """Return SQL for ``founder_id`` of two columns; ``attempt`` is empty, or the separator and its number."""
    return f"'c' || left(sha256({source} || chr(31) || {source_ref} || {attempt}), 16)"


# How many of the records that were customer_id's, and home_id's before that one swallowed it, lie in which cluster.
_VOTES = """
    SELECT customer_before AS customer_id, home_before AS home_id, part, count(*) AS record_count
    FROM trace
    WHERE customer_before IS NOT NULL AND part IS NOT NULL
    GROUP BY customer_before, home_before, part
    UNION ALL
    SELECT NULL AS customer_id, put_aside AS home_id, part, count(*) AS record_count
    FROM trace
    WHERE put_aside IS NOT NULL AND part IS NOT NULL
    GROUP BY put_aside, part
"""
# Where most of a customer's records are by now. Those that were its own all along decide first: what it swallowed may
# leave it again.
_LIVING = """
    SELECT placed.customer_id, 'living' AS standing, placed.part, past.generation, placed.record_count
    FROM (
        SELECT
            customer_id,
            part,
            sum(record_count) AS record_count,
            coalesce(sum(record_count) FILTER (WHERE home_id = customer_id), 0) AS own_count
        FROM vote
        WHERE customer_id IS NOT NULL
        GROUP BY customer_id, part
    ) AS placed
    INNER JOIN past_crosswalk AS past ON placed.customer_id = past.customer_id
    INNER JOIN part_founder AS founder ON placed.part = founder.part
    QUALIFY row_number() OVER (
        PARTITION BY placed.customer_id
        ORDER BY
            placed.own_count DESC, placed.record_count DESC,
            founder.founder_at ASC, founder.founder_source ASC, founder.founder_source_ref ASC
    ) = 1
"""
# The same of ids that merged away, for the records that were theirs before.
_RETIRED = """
    SELECT placed.home_id AS customer_id, 'retired' AS standing, placed.part, past.generation, placed.record_count
    FROM (
        SELECT home_id, part, sum(record_count) AS record_count
        FROM vote
        WHERE home_id NOT IN (SELECT customer_id FROM vote WHERE customer_id IS NOT NULL)
        GROUP BY home_id, part
    ) AS placed
    INNER JOIN past_crosswalk AS past ON placed.home_id = past.customer_id
    INNER JOIN part_founder AS founder ON placed.part = founder.part
    QUALIFY row_number() OVER (
        PARTITION BY placed.home_id
        ORDER BY
            placed.record_count DESC,
            founder.founder_at ASC, founder.founder_source ASC, founder.founder_source_ref ASC
    ) = 1
"""
# An id none of whose records were left, where the record that founded it is back. Who was forgotten never is.
_VANISHED = f"""
    SELECT
        past.customer_id,
        'vanished' AS standing,
        min(trace.part) AS part,
        any_value(past.generation) AS generation,
        1 AS record_count
    FROM past_crosswalk AS past
    INNER JOIN trace ON past.customer_id = {hash_of("trace.source", "trace.source_ref")}
    WHERE
        past.current_customer_id IS NULL
        AND past.cause != 'forgotten'
        AND trace.part IS NOT NULL
        AND trace.customer_before IS NULL
        AND past.customer_id NOT IN (SELECT claim.customer_id FROM claim)
    GROUP BY past.customer_id
"""
# Where no record of a cluster is its customer's own, they all settle there.
_HOMES = """
    SELECT vote.customer_id AS customer_before, vote.home_id, vote.part
    FROM vote
    INNER JOIN assigned ON vote.part = assigned.part
    INNER JOIN part_founder AS founder ON vote.part = founder.part
    INNER JOIN resolve.crosswalk AS home ON vote.home_id = home.customer_id
    LEFT JOIN resolve.crosswalk AS before ON vote.customer_id = before.customer_id
    WHERE
        vote.home_id != assigned.customer_id
        AND home.current_customer_id = assigned.customer_id
        AND (vote.customer_id IS NULL OR before.current_customer_id = assigned.customer_id)
    QUALIFY sum(vote.record_count) OVER (PARTITION BY vote.part) < founder.record_count
"""
_KEPT = """
    SELECT part, customer_id, FALSE AS is_new
    FROM claim
    WHERE standing = 'living'
    QUALIFY row_number() OVER (PARTITION BY part ORDER BY generation ASC, customer_id ASC) = 1
"""
_RETURNED = """
    SELECT part, customer_id, FALSE AS is_new
    FROM claim
    WHERE standing != 'living' AND part NOT IN (SELECT part FROM assigned)
    QUALIFY row_number() OVER (PARTITION BY part ORDER BY generation ASC, customer_id ASC) = 1
"""
_OPEN = "SELECT * FROM part_founder WHERE part NOT IN (SELECT part FROM assigned)"
# The clusters that are still without an id get the hash of their founder, where nobody has ever had it.
_FOUNDED = f"""
    SELECT part, customer_id, TRUE AS is_new
    FROM (SELECT *, {hash_of("founder_source", "founder_source_ref", "$attempt")} AS customer_id FROM ({_OPEN}))
    WHERE
        customer_id NOT IN (SELECT customer_id FROM past_crosswalk)
        AND customer_id NOT IN (SELECT customer_id FROM assigned)
    QUALIFY row_number() OVER (
        PARTITION BY customer_id ORDER BY founder_at ASC, founder_source ASC, founder_source_ref ASC, part ASC
    ) = 1
"""
