"""What is missing: records of a person that hang apart from the others, by source and by what they have in common with them.

A person's records lie in parts, one a customer. A missing pair (two records of a person in two customers) counts for the
smaller of its two parts, so that all missing pairs are counted once.
"""

from typing import NamedTuple

import duckdb


class Missing(NamedTuple):
    """One row of a table of misses; ``pairs`` are missing pairs of records, ``share`` is of all missing pairs."""

    what: str
    parts: int
    records: int
    pairs: int
    share: float


# The best that a part has in common with any other part of its person, the strongest first.
_EVIDENCE = """
    CASE
        WHEN bool_or(list_has_any(mine.emails || mine.phones || mine.accounts || mine.handles || mine.crm_ids,
            theirs.emails || theirs.phones || theirs.accounts || theirs.handles || theirs.crm_ids)) THEN '1 own identifier'
        WHEN bool_or(mine.date_of_birth = theirs.date_of_birth) THEN '2 date of birth'
        WHEN bool_or(list_has_any(mine.claims, theirs.points) AND list_has_any(mine.points, theirs.claims))
            THEN '3 claimed by each other'
        WHEN bool_or(
            (list_has_any(mine.claims, theirs.points) OR list_has_any(mine.points, theirs.claims))
            AND list_has_any(mine.refs, theirs.refs)
        ) THEN '4 claim and order number'
        WHEN bool_or(
            (list_has_any(mine.claims, theirs.points) OR list_has_any(mine.points, theirs.claims))
            AND list_has_any(mine.given_forms, theirs.given_forms)
        ) THEN '5 claim and name'
        WHEN bool_or(list_has_any(mine.refs, theirs.refs) AND list_has_any(mine.given_forms, theirs.given_forms))
            THEN '6 order number and name'
        WHEN bool_or(list_has_any(mine.claims, theirs.points) OR list_has_any(mine.points, theirs.claims))
            THEN '7 claim alone'
        WHEN bool_or(list_has_any(mine.refs, theirs.refs)) THEN '8 order number alone'
        WHEN bool_or(list_has_any(mine.contested_emails || mine.contested_phones,
            theirs.contested_emails || theirs.contested_phones)) THEN '9 contested mailbox or line'
        WHEN bool_or(list_has_any(mine.odd_aliases, theirs.odd_aliases)
            OR list_has_any(mine.aliases, theirs.name_aliases) OR list_has_any(mine.name_aliases, theirs.aliases))
            THEN '10 alias'
        WHEN bool_or(mine.name_key = theirs.name_key) THEN '11 whole name'
        WHEN bool_or(list_has_any(mine.given_forms, theirs.given_forms)
            AND list_has_any(mine.family_forms, theirs.family_forms)) THEN '12 name in another form'
        WHEN bool_or(list_has_any(mine.given_forms || mine.family_forms, theirs.given_forms || theirs.family_forms))
            THEN '13 part of the name'
        ELSE '14 nothing'
    END
"""
# How a part shows itself.
_SHOWS = """
    concat_ws(' ',
        CASE WHEN bool_or(length(given_name) > 1 AND length(family_name) > 1) THEN 'whole name'
            WHEN bool_or(given_name IS NOT NULL) THEN 'some name' ELSE 'no name' END,
        CASE WHEN bool_or(len(emails) > 0) THEN '+mail' END,
        CASE WHEN bool_or(len(phones) > 0) THEN '+phone' END,
        CASE WHEN bool_or(len(contested_emails) + len(contested_phones) > 0) THEN '+contested' END,
        CASE WHEN bool_or(len(accounts) + len(handles) > 0) THEN '+account' END,
        CASE WHEN bool_or(len(crm_ids) > 0) THEN '+crm' END,
        CASE WHEN bool_or(len(refs) > 0) THEN '+order' END,
        CASE WHEN bool_or(len(claims) > 0) THEN '+claim' END
    )
"""
_EDGE = """
    CASE
        WHEN max(met.weight) IS NULL THEN 'never met in a block'
        WHEN max(met.weight) >= $threshold THEN 'a link the guard or a doubt refused'
        WHEN max(met.weight) >= $threshold - 5 THEN 'met, within 5 bits of the threshold'
        ELSE 'met, further below the threshold'
    END
"""


def find_misses(con: duckdb.DuckDBPyConnection, threshold: float) -> None:
    """Build the temporary table ``missing``: one row a part that is not its person's largest.

    Columns: person_id, part, n (records), pairs (missing), source (all of them), shows, evidence, fate.
    """
    con.execute("""
        CREATE OR REPLACE TEMP TABLE part AS
        WITH counted AS (
            SELECT
                person_id, coalesce(customer_id, 'alone ' || node) AS part, count(*) AS n,
                string_agg(DISTINCT source, '+' ORDER BY source) AS source
            FROM record GROUP BY ALL
        )
        SELECT *, coalesce(sum(n) OVER (
            PARTITION BY person_id ORDER BY n DESC, part ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0)::BIGINT AS larger
        FROM counted
    """)
    con.execute("""
        CREATE OR REPLACE TEMP TABLE side AS
        SELECT DISTINCT record.person_id, coalesce(customer_id, 'alone ' || node) AS part, identity.*
        FROM record INNER JOIN warehouse.resolve.identity AS identity USING (identity_id)
    """)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE missing AS
        WITH apart AS (SELECT * FROM part WHERE larger > 0),
        shown AS (SELECT person_id, part, {_SHOWS} AS shows FROM side GROUP BY ALL),
        common AS (
            SELECT mine.person_id, mine.part, {_EVIDENCE} AS evidence
            FROM apart
            INNER JOIN side AS mine USING (person_id, part)
            INNER JOIN side AS theirs ON mine.person_id = theirs.person_id AND mine.part != theirs.part
            GROUP BY ALL
        ),
        met AS (
            SELECT mine.person_id, mine.part, edge.match_weight AS weight
            FROM side AS mine
            INNER JOIN (
                SELECT identity_l AS identity_id, identity_r AS other, match_weight FROM warehouse.resolve.edge
                UNION ALL SELECT identity_r, identity_l, match_weight FROM warehouse.resolve.edge
            ) AS edge USING (identity_id)
            INNER JOIN side AS theirs
                ON edge.other = theirs.identity_id AND mine.person_id = theirs.person_id AND mine.part != theirs.part
        ),
        fate AS (
            SELECT apart.person_id, apart.part, {_EDGE} AS fate
            FROM apart LEFT JOIN met USING (person_id, part) GROUP BY ALL
        )
        SELECT
            person_id, part, n, n * larger AS pairs, source, coalesce(shows, 'nothing to go by') AS shows,
            coalesce(evidence, '14 nothing') AS evidence, fate
        FROM apart
        LEFT JOIN shown USING (person_id, part)
        LEFT JOIN common USING (person_id, part)
        LEFT JOIN fate USING (person_id, part)
        """,
        {"threshold": threshold},
    )


def misses_by(con: duckdb.DuckDBPyConnection, *columns: str, at_most: int = 15) -> list[Missing]:
    """Return the misses in groups of ``columns`` of ``missing`` (source, shows, evidence, fate), the largest first."""
    what = " || '; ' || ".join(f"ltrim({column}, '0123456789 ')" for column in columns)
    rows = con.execute(f"""
        SELECT {what} AS what, count(*), sum(n)::BIGINT, sum(pairs)::BIGINT, sum(pairs) / (SELECT sum(pairs) FROM missing)
        FROM missing GROUP BY what ORDER BY sum(pairs) DESC, what LIMIT {at_most}
    """).fetchall()
    return [Missing(*row) for row in rows]
