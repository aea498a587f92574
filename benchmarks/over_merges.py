"""Over-merges by cause: of the pairs of persons that something could have made one, those that it did.

A chance is a pair of persons who both have records and have the cause in common; an error is such a pair in one customer.
A pair may count under several causes (father and son are a household and may bear one name).
"""

from dataclasses import dataclass

import duckdb

from pipelines.settings import Home

# What people share; of addresses and numbers it counts only where records of both show it.
CAUSES = {
    "household": "live at one address",
    "household_line": "call from one landline",
    "shared_mailbox": "write from one mailbox, as a couple",
    "role_mailbox": "write from one company's mailbox",
    "recycled_phone": "had one number, one after the other",
    "same_name": "bear one full name",
}
_SHOWN = ("household_line", "shared_mailbox", "role_mailbox", "recycled_phone")


@dataclass(frozen=True)
class OverMerge:
    """A cause, and the pairs of persons: how many it could have made one, and how many it did."""

    cause: str
    errors: int
    chances: int

    @property
    def share(self) -> float:
        """Errors over chances; 0 where there was no chance."""
        return self.errors / self.chances if self.chances else 0.0


def over_merges(con: duckdb.DuckDBPyConnection, home: Home) -> list[OverMerge]:
    """Return one row a cause, and one for pairs of persons merged for none of them (of all pairs of persons).

    Leaves the temporary tables ``chance`` (cause, person_l, person_r) and ``merged`` (person_l, person_r).
    """
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE holder AS
        WITH seen AS (
            SELECT DISTINCT person_id, value
            FROM record INNER JOIN warehouse.staging.identifier USING (record_kind, source, source_ref)
            WHERE kind IN ('email', 'phone') AND evidence != 'claimed'
        )
        SELECT cause, value, person_id
        FROM read_csv($shared, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"') AS shared
        WHERE
            CASE WHEN cause IN {_SHOWN} THEN (person_id, value) IN (SELECT (person_id, value) FROM seen)
            ELSE person_id IN (SELECT person_id FROM record) END
        """,
        {"shared": str(home.path / "truth" / "shared.csv")},
    )
    con.execute("""
        CREATE OR REPLACE TEMP TABLE chance AS
        SELECT DISTINCT l.cause, l.person_id AS person_l, r.person_id AS person_r
        FROM holder AS l INNER JOIN holder AS r
            ON l.cause = r.cause AND l.value = r.value AND l.person_id < r.person_id
    """)
    con.execute("""
        CREATE OR REPLACE TEMP TABLE merged AS
        WITH part AS (SELECT DISTINCT customer_id, person_id FROM record WHERE customer_id IS NOT NULL)
        SELECT DISTINCT l.person_id AS person_l, r.person_id AS person_r
        FROM part AS l INNER JOIN part AS r ON l.customer_id = r.customer_id AND l.person_id < r.person_id
    """)
    counted = {
        cause: (errors, chances)
        for cause, errors, chances in con.execute("""
            SELECT cause, count(merged.person_l), count(*) FROM chance LEFT JOIN merged USING (person_l, person_r)
            GROUP BY cause
        """).fetchall()
    }
    others, persons = con.execute("""
        SELECT
            (SELECT count(*) FROM merged ANTI JOIN chance USING (person_l, person_r)),
            (SELECT count(DISTINCT person_id) FROM record)
    """).fetchall()[0]
    rows = [OverMerge(cause, *counted.get(cause, (0, 0))) for cause in CAUSES]
    return [*rows, OverMerge("none of these", others, persons * (persons - 1) // 2)]


def false_pairs(con: duckdb.DuckDBPyConnection) -> list[tuple[str, int, int, int]]:
    """Return, by all causes of a pair of persons: person pairs, customers, pairs of records; after over_merges."""
    return con.execute("""
        WITH part AS (SELECT customer_id, person_id, count(*) AS n FROM record WHERE customer_id IS NOT NULL GROUP BY ALL),
        wrong AS (
            SELECT l.customer_id, l.person_id AS person_l, r.person_id AS person_r, l.n * r.n AS records
            FROM part AS l INNER JOIN part AS r ON l.customer_id = r.customer_id AND l.person_id < r.person_id
        ),
        why AS (SELECT person_l, person_r, string_agg(cause, ' + ' ORDER BY cause) AS causes FROM chance GROUP BY ALL)
        SELECT
            coalesce(why.causes, 'none of these') AS causes, count(DISTINCT (person_l, person_r)),
            count(DISTINCT customer_id), sum(records)::BIGINT
        FROM wrong LEFT JOIN why USING (person_l, person_r)
        GROUP BY causes ORDER BY sum(records) DESC, causes
    """).fetchall()


def crossing_links(con: duckdb.DuckDBPyConnection, threshold: float) -> list[tuple[str, str, int, float, float]]:
    """Return what holds identities of two persons together in one customer, one row a kind of link, the commonest first.

    Each row: the blocking rule, what the two have in common ("name, phone (contested)"), links, and the median weight and
    the median without the names, in bits. An identity counts for the person of most of its records.
    """
    con.execute("""
        CREATE OR REPLACE TEMP TABLE owner AS
        SELECT identity_id, any_value(customer_id) AS customer_id, mode(person_id ORDER BY person_id) AS person_id
        FROM record WHERE identity_id IS NOT NULL GROUP BY identity_id
    """)
    return con.execute(
        f"""
        SELECT edge.rule, {COMMON} AS common, count(*), median(match_weight), median(other_weight)
        FROM warehouse.resolve.edge AS edge
        INNER JOIN owner AS one ON edge.identity_l = one.identity_id
        INNER JOIN owner AS other ON edge.identity_r = other.identity_id
        INNER JOIN warehouse.resolve.identity AS l ON edge.identity_l = l.identity_id
        INNER JOIN warehouse.resolve.identity AS r ON edge.identity_r = r.identity_id
        WHERE one.customer_id = other.customer_id AND one.person_id != other.person_id AND match_weight >= $threshold
        GROUP BY edge.rule, common ORDER BY count(*) DESC, edge.rule, common
        """,
        {"threshold": threshold},
    ).fetchall()


def _common(label: str, *columns: str) -> str:
    held = " OR ".join(f"list_has_any(l.{one}, r.{other})" for one, other in (pair.split("/") for pair in columns))
    return f"CASE WHEN {held} THEN '{label}' END"


# What two identities l and r have in common, in words.
COMMON = f"""coalesce(nullif(concat_ws(', ',
    {_common("mail", "emails/emails")},
    {_common("mail (contested)", "contested_emails/contested_emails")},
    {_common("phone", "phones/phones")},
    {_common("phone (contested)", "contested_phones/contested_phones")},
    {_common("account", "accounts/accounts")},
    {_common("handle", "handles/handles")},
    {_common("crm id", "crm_ids/crm_ids")},
    {_common("alias", "odd_aliases/odd_aliases")},
    {_common("alias of the name", "aliases/name_aliases", "name_aliases/aliases")},
    {_common("claim", "claims/points", "points/claims")},
    {_common("same claim", "claims/claims")},
    {_common("order number", "refs/refs")},
    CASE WHEN l.name_key = r.name_key THEN 'name'
        WHEN list_has_any(l.given_forms, r.given_forms) AND list_has_any(l.family_forms, r.family_forms) THEN 'name alike'
        WHEN l.given_name IS NULL OR r.given_name IS NULL THEN 'one nameless'
        WHEN list_has_any(l.given_forms || l.family_forms, r.given_forms || r.family_forms) THEN 'part of the name'
        ELSE 'other names' END,
    CASE WHEN l.date_of_birth = r.date_of_birth THEN 'birth' WHEN l.date_of_birth != r.date_of_birth THEN 'other birth' END,
    CASE WHEN l.postcode = r.postcode THEN 'postcode' END
), ''), 'nothing')"""
