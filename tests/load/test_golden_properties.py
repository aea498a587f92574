"""What holds for the golden tables of every night, shown on worlds drawn at random and on the story."""

import hashlib
import tempfile
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.load.dictionary import read_tables
from pipelines.load.stage import load
from pipelines.settings import Home
from pipelines.warehouse import connect, transaction
from tests.load.fixture_night import NIGHT, STORY, TABLES, Message, Night, Profile, write_night
from tests.thorough import TIMES

GRAIN = {
    "golden.customer": "customer_id",
    "golden.membership": "record_kind, source, source_ref",
    "golden.identifier": "customer_id, kind, scope, value",
    "golden.lineage": "customer_id, attribute",
    "golden.interaction": "source, source_ref",
    "golden.conversation": "source, conversation_ref",
    "golden.enquiry": "enquiry_id",
    "golden.channel_switch": "to_source, to_source_ref",
    "golden.consent": "kind, scope, value, channel, purpose",
    "golden.crosswalk": "customer_id",
    "golden.change": "customer_id, change, other_customer_id",
    "golden.household": "household_id, customer_id",
    "meta.ledger": "source, night, file",
    "meta.run": "night, stage, table_name",
    "meta.link_rule": "rule",
    "meta.block": "rule",
    "meta.identity": "identity_id",
    "meta.edge": "identity_l, identity_r",
    "meta.identity_identifier": "identity_id, kind, scope, value",
}
ATTRIBUTES = (
    "full_name", "given_name", "family_name", "email", "phone", "handle", "date_of_birth", "street", "city", "postcode",
    "country", "company",
)  # fmt: skip
WORDS = ("where is my parcel A-1 please", "where is my parcel A-1", "my invoice is wrong again", "thanks", "")

shown = st.tuples(
    st.sampled_from(
        ["email", "phone", "handle", "name", "given_name", "street", "city", "postcode", "company", "reference"]
    ),
    st.sampled_from(["", "x"]),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["channel", "reference", "claimed"]),
)
shows = st.lists(shown, max_size=5, unique_by=lambda one: one[:3]).map(tuple)
moments = st.integers(0, 20 * 24).map(lambda hours: f"{date(2026, 11, 1) + timedelta(hours // 24)} {hours % 24:02}:00")
people = st.sampled_from(["ana", "bo", "cy"])
signals = st.lists(
    st.tuples(
        st.sampled_from(["email", "sms"]), st.sampled_from(["marketing", "service"]), st.booleans(),
        st.sampled_from(["", "a"]),
    ),
    max_size=2,
).map(tuple)  # fmt: skip


@st.composite
def nights(draw: st.DrawFn) -> Night:
    messages = [
        Message(
            draw(st.none() | people), draw(st.sampled_from(["mail", "x"])), f"m{number}", draw(moments), draw(shows),
            draw(st.sampled_from(WORDS)), draw(st.sampled_from(["", "t1", "t2"])),
            draw(st.sampled_from(["email", "social"])), draw(st.sampled_from(["inbound", "outbound"])), draw(st.booleans()),
            draw(st.sampled_from([None, "delivery"])),
            consent=draw(signals),
        )
        for number in range(draw(st.integers(0, 8)))
    ]  # fmt: skip
    profiles = [
        Profile(draw(people), "crm", f"p{number}", (("2026-01-01", draw(shows)), ("2026-02-01", draw(shows))), draw(signals))
        for number in range(draw(st.integers(0, 3)))
    ]
    return Night((*messages, *profiles), shared=draw(st.sampled_from([(), (("phone", "", "a"),)])))


@settings(max_examples=16 * TIMES)
@given(nights())
def test_every_promise_holds_on_any_night(night: Night):
    with tempfile.TemporaryDirectory() as folder, connect(":memory:", Home(Path(folder))) as con:
        write_night(con, night)
        load(con, Home(Path(folder)), NIGHT)
        for promise in PROMISES:
            promise(con)


def each_table_has_one_row_a_grain_key(con: duckdb.DuckDBPyConnection) -> None:
    for table, key in GRAIN.items():
        doubled = con.execute(
            f"SELECT count(*) FROM (SELECT {key} FROM {table} GROUP BY ALL HAVING count(*) > 1)"
        ).fetchall()
        assert doubled == [(0,)], f"{table} has several rows for one ({key})"


def each_value_has_its_lineage_and_each_lineage_its_value(con: duckdb.DuckDBPyConnection) -> None:
    for attribute in ATTRIBUTES:
        kept = f"SELECT customer_id, {attribute} FROM golden.customer WHERE {attribute} IS NOT NULL ORDER BY ALL"
        told = f"SELECT customer_id, value FROM golden.lineage WHERE attribute = '{attribute}' ORDER BY ALL"
        assert con.execute(kept).fetchall() == con.execute(told).fetchall()


def each_lineage_leads_to_a_record_of_the_customer_that_shows_the_value(con: duckdb.DuckDBPyConnection) -> None:
    lost = con.execute(
        """
        SELECT count(*)
        FROM golden.lineage AS lineage
        LEFT JOIN staging.identifier AS shown
            USING (record_kind, source, source_ref, kind, scope, value, evidence, file, position)
        LEFT JOIN golden.membership AS membership USING (customer_id, record_kind, source, source_ref)
        WHERE shown.value IS NULL OR membership.customer_id IS NULL
        """
    ).fetchall()
    assert lost == [(0,)]


def no_claim_survives_over_what_a_channel_or_our_own_records_say(con: duckdb.DuckDBPyConnection) -> None:
    lost = con.execute(
        """
        SELECT count(*)
        FROM golden.lineage AS lineage
        INNER JOIN golden.identifier AS other ON lineage.customer_id = other.customer_id AND lineage.kind = other.kind
        WHERE lineage.evidence = 'claimed' AND other.evidence != 'claimed'
            AND lineage.attribute IN ('email', 'phone', 'handle', 'company')
        """
    ).fetchall()
    assert lost == [(0,)]


def no_shared_number_survives_beside_one_of_the_person_s_own(con: duckdb.DuckDBPyConnection) -> None:
    lost = con.execute(
        """
        SELECT count(*)
        FROM golden.lineage AS lineage
        INNER JOIN golden.identifier AS other ON lineage.customer_id = other.customer_id AND other.kind = 'phone'
        LEFT JOIN resolve.shared_identifier AS shared
            ON other.kind = shared.kind AND other.scope = shared.scope AND other.value = shared.value
        WHERE lineage.attribute = 'phone' AND lineage.is_shared AND lineage.evidence != 'claimed'
            AND other.evidence != 'claimed' AND shared.value IS NULL
        """
    ).fetchall()
    assert lost == [(0,)]


def parts_of_an_address_come_from_one_record(con: duckdb.DuckDBPyConnection) -> None:
    mixed = con.execute(
        """
        SELECT customer_id
        FROM golden.lineage
        WHERE attribute IN ('street', 'city', 'postcode', 'country')
        GROUP BY customer_id
        HAVING count(DISTINCT (record_kind, source, source_ref)) > 1
        """
    ).fetchall()
    assert mixed == []


def memberships_close_with_staging(con: duckdb.DuckDBPyConnection) -> None:
    records = con.execute(
        "SELECT (SELECT count(*) FROM staging.interaction) + (SELECT count(*) FROM staging.profile), "
        "(SELECT count(*) FROM golden.membership), "
        "(SELECT coalesce(sum(interaction_count + profile_count), 0) FROM golden.customer) "
        "+ (SELECT count(*) FROM golden.membership WHERE customer_id IS NULL)"
    ).fetchall()[0]
    assert records[0] == records[1] == records[2]


def conversations_and_enquiries_close_with_interactions(con: duckdb.DuckDBPyConnection) -> None:
    counts = con.execute(
        "SELECT (SELECT count(*) FROM golden.interaction), "
        "(SELECT coalesce(sum(message_count), 0) FROM golden.conversation), "
        "(SELECT count(*) FROM golden.interaction WHERE enquiry_id IS NOT NULL), "
        "(SELECT coalesce(sum(message_count), 0) FROM golden.enquiry)"
    ).fetchall()[0]
    assert counts[0] == counts[1]
    assert counts[2] == counts[3]


def first_asks_are_earlier_asks_of_the_same_enquiry_and_no_repeats_themselves(con: duckdb.DuckDBPyConnection) -> None:
    wrong = con.execute(
        """
        SELECT count(*)
        FROM golden.interaction AS again
        LEFT JOIN golden.interaction AS first
            ON again.duplicate_of_source = first.source AND again.duplicate_of = first.source_ref
        WHERE again.duplicate_of IS NOT NULL
            AND NOT coalesce(
                first.enquiry_id = again.enquiry_id AND first.occurred_at <= again.occurred_at
                AND first.duplicate_of IS NULL AND first.direction = 'inbound' AND again.direction = 'inbound', FALSE
            )
        """
    ).fetchall()
    assert wrong == [(0,)]


PROMISES = (
    each_table_has_one_row_a_grain_key,
    each_value_has_its_lineage_and_each_lineage_its_value,
    each_lineage_leads_to_a_record_of_the_customer_that_shows_the_value,
    no_claim_survives_over_what_a_channel_or_our_own_records_say,
    no_shared_number_survives_beside_one_of_the_person_s_own,
    parts_of_an_address_come_from_one_record,
    memberships_close_with_staging,
    conversations_and_enquiries_close_with_interactions,
    first_asks_are_earlier_asks_of_the_same_enquiry_and_no_repeats_themselves,
)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_promise_holds_on_the_story(promise, story):
    promise(story)


def test_running_load_twice_in_the_warehouse_leaves_the_same_rows_whatever_order_records_came_in(tmp_path):
    home = Home(tmp_path)
    digests = []
    for _ in range(3):
        with transaction(home) as con:
            write_night(con, STORY)
            for table in TABLES:
                con.execute(f"CREATE OR REPLACE TABLE {table} AS FROM {table} ORDER BY random()")
            load(con, home, NIGHT)
        with connect(home.database, home, read_only=True) as con:
            digests.append({table: digest(con, table) for table in GRAIN})
    assert digests[0] == digests[1] == digests[2]


def test_another_night_keeps_the_counts_of_the_nights_before(tmp_path):
    home = Home(tmp_path)
    with connect(":memory:", home) as con:
        write_night(con, STORY)
        for night in (NIGHT, NIGHT + timedelta(1), NIGHT):
            load(con, home, night)
        counts = con.execute(
            "SELECT night, count(*) FROM meta.run WHERE stage = 'load' GROUP BY night ORDER BY night"
        ).fetchall()
    assert [night for night, _ in counts] == [NIGHT, NIGHT + timedelta(1)]
    assert counts[0][1] == counts[1][1]


def test_working_tables_are_gone_when_the_load_is_done(story):
    assert story.execute("SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'scratch'").fetchall() == [(0,)]


def test_load_reports_the_rows_of_every_table_it_built(story, home):
    with connect(":memory:", home) as con:
        write_night(con, STORY)
        rows = load(con, home, NIGHT)
        for table, count in rows.items():
            assert con.execute(f"SELECT count(*) FROM {table}").fetchall() == [(count,)]


def test_fixture_has_no_column_that_staging_and_resolve_do_not_make(story):
    for table in read_tables(("staging", "resolve")):
        if table.name in TABLES:
            given = {row[0] for row in story.execute(f"DESCRIBE {table.name}").fetchall()}
            assert given <= {column.name for column in table.columns}, f"{table.name} has changed"


def digest(con: duckdb.DuckDBPyConnection, table: str) -> str:
    rows = con.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()
