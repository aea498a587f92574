"""What a lower threshold would join: pairs of customers by the bits of their best pair, and how many are one person."""

from typing import NamedTuple

import duckdb

DEEPEST = 6  # bits below the threshold that are looked at


class Step(NamedTuple):
    """Pairs of customers from ``bits`` below the threshold to one bit less; ``right`` and ``wrong`` are pairs of records."""

    bits: int
    customers: int
    right_customers: int
    right: int
    wrong: int


def below_threshold(con: duckdb.DuckDBPyConnection, threshold: float) -> list[Step]:
    """Return a row a bit, the nearest to the threshold first.

    Two customers are one person where most records of both are one person's; joined by themselves they would bring their
    records together, right or wrong. Reads ``record`` (``records.open_records``).
    """
    rows = con.execute(
        """
        WITH held AS (SELECT customer_id, person_id, count(*) AS n FROM record GROUP BY ALL),
        customer AS (SELECT customer_id, arg_max(person_id, n) AS person_id, sum(n) AS n FROM held GROUP BY customer_id),
        placed AS (
            SELECT DISTINCT identity_id, customer_id FROM record WHERE identity_id IS NOT NULL AND customer_id IS NOT NULL
        ),
        pair AS (
            SELECT
                least(l.customer_id, r.customer_id) AS customer_l,
                greatest(l.customer_id, r.customer_id) AS customer_r,
                max(edge.match_weight) AS weight
            FROM warehouse.resolve.edge AS edge
            INNER JOIN placed AS l ON edge.identity_l = l.identity_id
            INNER JOIN placed AS r ON edge.identity_r = r.identity_id
            WHERE l.customer_id != r.customer_id
            GROUP BY ALL
        )
        SELECT
            ceil($threshold - weight)::INT AS bits,
            count(*),
            count(*) FILTER (WHERE l.person_id = r.person_id),
            coalesce(sum(l.n * r.n) FILTER (WHERE l.person_id = r.person_id), 0)::BIGINT,
            coalesce(sum(l.n * r.n) FILTER (WHERE l.person_id != r.person_id), 0)::BIGINT
        FROM pair
        INNER JOIN customer AS l ON pair.customer_l = l.customer_id
        INNER JOIN customer AS r ON pair.customer_r = r.customer_id
        WHERE weight < $threshold AND weight > $threshold - $deepest
        GROUP BY bits
        ORDER BY bits
        """,
        {"threshold": threshold, "deepest": DEEPEST},
    ).fetchall()
    return [Step(*row) for row in rows]
