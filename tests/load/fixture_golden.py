"""A small warehouse with the tables of golden and meta, made by hand: customers in a few channels, every promise kept."""

from datetime import date
from pathlib import Path

import duckdb

from pipelines.files import sha256_of
from pipelines.load.validation.checks import Check, ValidationReport, write_checks
from pipelines.load.versions.candidate import build_candidate, candidate_folder
from pipelines.load.versions.published import current
from pipelines.settings import Home

NIGHT = date(2026, 3, 4)
SOURCES = """
    SELECT * FROM (VALUES
        ('support_mail', 'email', 'mbox', 0), ('social_x', 'social', 'x_archive', 1),
        ('messenger', 'social', 'messenger', 2),
        ('helpdesk', 'chat', 'zendesk', 3), ('whatsapp', 'chat', 'whatsapp', 4), ('calls', 'voice', 'table', 5),
        ('sms', 'sms', 'table', 6)
    ) AS source (source, channel, format, place)
"""

# One statement a table; $customers and $night are bound where they are named. Customer i writes in i % 6 + 1 messages,
# over the sources from i % 7 on; every third record of a customer comes as another identity.
TABLES = {
    "golden.membership": """
        WITH record AS (
            SELECT i, m, source.source, 'interaction' AS record_kind, source.source || '-' || i || '-' || m AS source_ref
            FROM range($customers) AS customer (i), range(6) AS message (m), source
            WHERE m <= i % 6 AND source.place = (i + m * (i % 3)) % 7
            UNION ALL
            SELECT i, 0, 'crm', 'profile', 'crm-' || i FROM range($customers) AS customer (i) WHERE i % 2 = 0
        )
        SELECT source, source_ref, record_kind, $night - (i % 3)::INTEGER AS night,
            'c' || left(sha256('c' || i), 16) AS customer_id,
            left(sha256('i' || i || (m % 3)), 16) AS identity_id, NULL::VARCHAR AS reason
        FROM record
        UNION ALL
        SELECT 'support_mail', 'bounce-' || n, 'interaction', $night, NULL, NULL, 'bounce' FROM range(5) AS bounce (n)
    """,
    "golden.interaction": """
        SELECT membership.source, membership.source_ref, membership.customer_id, source.channel,
            CASE WHEN hash(membership.source_ref) % 3 = 0 THEN 'outbound' ELSE 'inbound' END AS direction,
            TIMESTAMPTZ '2026-03-01 08:00:00+00' + to_minutes((hash(membership.source_ref) % 4320)::INTEGER) AS occurred_at,
            source.channel = 'social' AS is_public, 'Pat Doe' AS party_ref,
            membership.source_ref AS conversation_ref, 'v' || left(sha256(membership.source_ref), 16) AS conversation_id,
            'e' || left(sha256(coalesce(membership.customer_id, membership.source_ref)), 16) AS enquiry_id,
            NULL::VARCHAR AS duplicate_of, 'Parcel' AS subject,
            'Where is my order? I asked by mail and then in the chat, and nobody could tell me when it will arrive.' AS text,
            'delivery' AS topic, membership.reason, membership.night,
            source.source || '/' || membership.night || '/export.jsonl' AS file, 'line 7' AS position
        FROM golden.membership AS membership INNER JOIN source ON membership.source = source.source
        WHERE membership.record_kind = 'interaction'
    """,
    "golden.conversation": """
        SELECT conversation_id, source, conversation_ref, customer_id, channel, occurred_at AS started_at,
            occurred_at AS ended_at, 1 AS message_count, 'solved' AS status, topic, is_public
        FROM golden.interaction
    """,
    "golden.identifier": """
        WITH person AS (
            SELECT customer_id, substring(customer_id, 2) AS tag, min(night) AS night, count(*) AS record_count
            FROM golden.membership WHERE customer_id IS NOT NULL GROUP BY customer_id
        ),
        shown AS (
            SELECT customer_id, 'email' AS kind, '' AS scope, tag || '@mail.example' AS value, record_count FROM person
            UNION ALL
            SELECT customer_id, 'name', '', 'Pat ' || upper(tag), record_count FROM person
            UNION ALL
            SELECT customer_id, 'phone', '', '+4420' || (1000000 + hash(tag) % 9000000), 1 FROM person
            UNION ALL
            SELECT customer_id, 'handle', 'x', 'pat_' || tag, 1 FROM person WHERE hash(tag) % 2 = 0
        )
        SELECT customer_id, kind, scope, value, 'channel' AS evidence,
            TIMESTAMPTZ '2026-03-01 08:00:00+00' AS first_seen_at, TIMESTAMPTZ '2026-03-04 08:00:00+00' AS last_seen_at,
            record_count, count(*) OVER (PARTITION BY kind, scope, value) > 1 AS is_shared
        FROM shown
    """,
    "golden.lineage": """
        SELECT identifier.customer_id,
            CASE identifier.kind WHEN 'name' THEN 'full_name' ELSE identifier.kind END AS attribute,
            identifier.value, identifier.kind, identifier.scope, 'most recent' AS rule, identifier.evidence,
            identifier.is_shared, TRUE AS is_current, 1 AS candidates, membership.record_kind, membership.source,
            membership.source_ref, membership.source || '/' || membership.night || '/export.jsonl' AS file,
            'line 7' AS position, identifier.last_seen_at AS seen_at
        FROM golden.identifier AS identifier
        INNER JOIN (
            SELECT * FROM golden.membership
            QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY record_kind, source, source_ref) = 1
        ) AS membership ON identifier.customer_id = membership.customer_id
    """,
    "golden.customer": """
        SELECT membership.customer_id,
            max(lineage.value) FILTER (WHERE attribute = 'full_name') AS full_name,
            NULL::VARCHAR AS given_name, NULL::VARCHAR AS family_name,
            max(lineage.value) FILTER (WHERE attribute = 'email') AS email,
            max(lineage.value) FILTER (WHERE attribute = 'phone') AS phone,
            max(lineage.value) FILTER (WHERE attribute = 'handle') AS handle,
            NULL::VARCHAR AS date_of_birth, NULL::VARCHAR AS street, NULL::VARCHAR AS city, NULL::VARCHAR AS postcode,
            NULL::VARCHAR AS country, NULL::VARCHAR AS company,
            any_value(seen.first_at) AS first_seen_at, any_value(seen.last_at) AS last_seen_at,
            any_value(membership.interactions) AS interaction_count, any_value(membership.profiles) AS profile_count,
            any_value(seen.channel_count) AS channel_count, any_value(seen.channels) AS channels,
            any_value(membership.identities) AS identity_count, 0.97 AS confidence
        FROM (
            SELECT customer_id, count(DISTINCT identity_id) AS identities,
                count(*) FILTER (WHERE record_kind = 'interaction') AS interactions,
                count(*) FILTER (WHERE record_kind = 'profile') AS profiles
            FROM golden.membership WHERE customer_id IS NOT NULL GROUP BY customer_id
        ) AS membership
        LEFT JOIN golden.lineage AS lineage ON membership.customer_id = lineage.customer_id
        LEFT JOIN (
            SELECT customer_id, min(occurred_at) AS first_at, max(occurred_at) AS last_at,
                count(DISTINCT channel) AS channel_count, list_sort(list(DISTINCT channel)) AS channels
            FROM golden.interaction GROUP BY customer_id
        ) AS seen ON membership.customer_id = seen.customer_id
        GROUP BY membership.customer_id ORDER BY membership.customer_id
    """,
    "golden.crosswalk": """
        SELECT customer_id, customer_id AS current_customer_id, DATE '2026-03-02' AS since, 'new' AS cause
        FROM golden.customer
        UNION ALL
        SELECT 'c00000000000000aa', min(customer_id), $night, 'merged: mail' FROM golden.customer
        UNION ALL
        SELECT 'c00000000000000bb', NULL, $night, 'forgotten'
    """,
    "golden.change": """
        SELECT customer_id, 'new' AS change, NULL::VARCHAR AS other_customer_id, 'first seen' AS cause,
            1::BIGINT AS record_count, 1::BIGINT AS interaction_count
        FROM golden.customer WHERE hash(customer_id) % 5 = 0
        UNION ALL
        SELECT 'c00000000000000aa', 'merged', min(customer_id), 'mail', 1, 1 FROM golden.customer
    """,
    "golden.consent": """
        SELECT customer_id, kind, scope, value, 'email' AS channel, 'marketing' AS purpose, TRUE AS allowed,
            last_seen_at AS since FROM golden.identifier WHERE kind = 'email'
    """,
    "golden.household": """
        WITH member AS (
            SELECT customer_id, row_number() OVER (ORDER BY customer_id) - 1 AS n FROM golden.customer
        )
        SELECT 'h' || left(sha256('h' || (n // 2)), 16) AS household_id, customer_id, 'household' AS kind,
            2::BIGINT AS member_count, 'email' AS identifier_kind, '' AS identifier_scope,
            substring(customer_id, 2) || '@mail.example' AS identifier_value, 1::BIGINT AS identifier_count,
            1::BIGINT AS record_count, TIMESTAMPTZ '2026-03-01 08:00:00+00' AS first_seen_at,
            TIMESTAMPTZ '2026-03-04 08:00:00+00' AS last_seen_at, TRUE AS has_name
        FROM member WHERE n < 2 * ((SELECT count(*) FROM member) // 2) AND n < 10
    """,
    "golden.enquiry": """
        SELECT enquiry_id, any_value(customer_id) AS customer_id,
            min(occurred_at) AS first_at, max(occurred_at) AS last_at,
            list_sort(list(DISTINCT channel)) AS channels, count(DISTINCT channel) AS channel_count,
            count(*) AS message_count
        FROM golden.interaction GROUP BY enquiry_id
    """,
    "meta.quarantine": """
        SELECT 'helpdesk' AS source, $night AS night, 'helpdesk/' || $night || '/export.jsonl' AS file,
            'line ' || (40 + n) AS position,
            CASE WHEN n < 3 THEN 'not JSON' ELSE 'missing field ''created_at''' END AS reason
        FROM range(4) AS bad (n)
        UNION ALL
        SELECT 'whatsapp', $night, 'whatsapp/' || $night || '/export.jsonl', 'line 2', 'a time we cannot read'
    """,
    "meta.ledger": """
        WITH taken AS (
            SELECT source, night, count(*) AS accepted FROM golden.membership GROUP BY source, night
        ),
        bad AS (SELECT source, night, count(*) AS quarantined FROM meta.quarantine GROUP BY source, night)
        SELECT taken.source, taken.night, taken.source || '/' || taken.night || '/export.jsonl' AS file,
            taken.accepted * 400 AS bytes, sha256(taken.source || taken.night) AS sha256,
            coalesce(source.format, 'table') AS format,
            taken.accepted + taken.accepted // 9 + 2 + coalesce(bad.quarantined, 0) AS read, taken.accepted,
            taken.accepted // 9 AS duplicate, 2 AS suppressed, coalesce(bad.quarantined, 0) AS quarantined
        FROM taken LEFT JOIN bad ON taken.source = bad.source AND taken.night = bad.night
        LEFT JOIN source ON taken.source = source.source
    """,
    "meta.notice": """
        SELECT 'helpdesk' AS source, $night AS night, 'helpdesk/' || $night || '/export.jsonl' AS file, 'warning' AS kind,
            'unknown field mood' AS reason, 3::BIGINT AS record_count
        UNION ALL
        SELECT 'whatsapp', $night, 'whatsapp/' || $night || '/export.jsonl', 'left out', 'a system line', 2
    """,
    "meta.run": "SELECT $night AS night, 'load' AS stage, 'golden.customer' AS table_name, $customers AS row_count",
    "meta.link_rule": """
        SELECT * FROM (VALUES ('email', 900, 850, 845, 6.1, 21.5), ('phone', 620, 410, 400, 5.2, 17.0),
            ('handle', 300, 240, 240, 7.5, 15.2), ('name and postcode', 2100, 130, 120, 5.0, 8.4))
            AS rule (rule, pairs, links, held, weakest_link, median_link)
    """,
    "meta.judgement": """
        SELECT 'j' || left(sha256(identity_l), 16) AS judgement_id, identity_l, identity_r, verdict, 'Sam Steward' AS "by",
            TIMESTAMPTZ '2026-03-03 08:00:00+00' AS "at", 'they told us' AS why, 0 AS overruled_count
        FROM (
            SELECT min(identity_id) AS identity_l, max(identity_id) AS identity_r, 'same' AS verdict
            FROM golden.membership WHERE customer_id = 'c' || left(sha256('c5'), 16)
            UNION ALL
            SELECT min(one), max(one), 'different' FROM (
                SELECT min(identity_id) AS one FROM golden.membership
                WHERE customer_id IN ('c' || left(sha256('c3'), 16), 'c' || left(sha256('c4'), 16)) GROUP BY customer_id
            )
        )
        WHERE identity_l != identity_r
    """,
    "meta.guard_cut": """
        SELECT ''::VARCHAR AS identity_l, ''::VARCHAR AS identity_r, 'names' AS reason WHERE FALSE
    """,
    "meta.block": "SELECT rule, pairs * 2 AS pairs, 12 AS largest_block FROM meta.link_rule",
    "meta.identity": """
        SELECT DISTINCT identity_id, customer_id, 'Pat' AS full_name, ['p@mail.example'] AS emails,
            ['+442010000000'] AS phones, []::VARCHAR[] AS handles
        FROM golden.membership WHERE identity_id IS NOT NULL ORDER BY identity_id
    """,
    "meta.edge": """
        SELECT l.identity_id AS identity_l, r.identity_id AS identity_r, 11.5 AS match_weight, 0.9997 AS match_probability,
            TRUE AS is_link, 'email' AS rule, 'test-1' AS model_version
        FROM meta.identity AS l
        INNER JOIN meta.identity AS r ON l.customer_id = r.customer_id AND l.identity_id < r.identity_id
    """,
}


def write_warehouse(home: Home, *, customers: int = 60, night: date = NIGHT) -> Path:
    """Write the home's warehouse anew with that many customers, and return its file."""
    home.database.parent.mkdir(parents=True, exist_ok=True)
    home.database.unlink(missing_ok=True)
    con = duckdb.connect(str(home.database))
    con.execute("SET TimeZone = 'UTC'")
    con.execute("CREATE SCHEMA golden; CREATE SCHEMA meta")
    con.execute(f"CREATE TEMP TABLE source AS {SOURCES}")
    values = {"customers": customers, "night": night}
    for table, select in TABLES.items():
        con.execute(
            f"CREATE TABLE {table} AS {select}", {name: value for name, value in values.items() if f"${name}" in select}
        )
    con.close()
    return home.database


HELD = Check("customer", 1, "expect_column_values_to_be_unique", "customer_id", "critical", success=True)


def checked_candidate(home: Home, customers: int = 5, night: date = NIGHT, check: Check = HELD, also: str = "") -> None:
    """Build a candidate of so many customers, changed by the SQL ``also``, and note that its one check said so."""
    home.tmp.mkdir(parents=True, exist_ok=True)
    write_warehouse(home, customers=customers)
    with duckdb.connect(str(home.database)) as con:
        con.execute(also or "SELECT 1")
    path = build_candidate(home)
    in_use, report = current(home), ValidationReport(night, [check])
    held_against = in_use.name if in_use else None
    write_checks(candidate_folder(home) / "checks.json", report, sha256=sha256_of(path), held_against=held_against)


def add_suite(home: Home, name: str, text: str) -> None:
    """Put a suite of that name under the home's configuration."""
    path = home.path / "config" / "expectations" / f"{name}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
