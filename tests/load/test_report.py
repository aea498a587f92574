"""The report stands by itself, tells the counts that the tables hold, and shows no person."""

import re
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from pipelines.load.pages.report import write_report
from pipelines.load.validation.checks import Check, ValidationReport
from pipelines.load.versions.candidate import build_candidate, tables_of
from pipelines.settings import Home, Source
from tests.load.fixture_golden import NIGHT, write_warehouse

HELD = Check(
    "customer", 1, "expect_column_values_to_be_unique", "customer_id", "critical", success=True, meaning="A promise."
)
WARNED = Check(
    "ledger", 5, "unexpected_rows_expectation", None, "warning", success=False, unexpected_count=3, meaning="Look."
)
STOPPED = Check("customer", 2, "expect_x", "phone", "critical", success=False, could_not_run="Binder Error: no <phone>")
VOID = {"meta", "path", "rect", "br"}


class Page(HTMLParser):
    """Gathers the text, and complains of tags that do not close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def read(html: str) -> Page:
    page = Page()
    page.feed(html)
    assert page.open == []
    return page


@pytest.fixture
def home(tmp_path: Path) -> Home:
    found = Home(tmp_path)
    found.tmp.mkdir()
    write_warehouse(found)
    return found


@pytest.fixture
def database(home: Home) -> Path:
    return build_candidate(home)


def written(database: Path, *checks: Check, **more: object) -> str:
    target = database.with_name("page.html")
    write_report(database, target, ValidationReport(NIGHT, list(checks)), **more)
    return target.read_text()


def test_the_page_needs_nothing_but_itself(database):
    html = written(database, HELD, WARNED)
    page = read(html)
    assert not re.search(r"https?:|url\(|@import|<script|<link|<img|<iframe|srcset", html)
    assert not [name for name, _ in page.attributes if name in ("href", "src", "action") or name.startswith("on")]
    assert html.count("<!doctype html>") == 1
    assert 'name="viewport"' in html
    assert "prefers-color-scheme:dark" in html
    assert "@media print" in html


def test_the_counts_are_those_of_the_tables(database):
    text = read(written(database, HELD)).text
    with duckdb.connect(str(database), read_only=True) as con:
        records, customers, identities, read_tonight, quarantined = con.execute(
            "SELECT (SELECT count(*) FROM golden.membership), (SELECT count(*) FROM golden.customer),"
            "(SELECT count(*) FROM meta.identity), (SELECT sum(read) FROM meta.ledger WHERE night = $night),"
            "(SELECT sum(quarantined) FROM meta.ledger WHERE night = $night)",
            {"night": NIGHT},
        ).fetchall()[0]
        largest = con.execute("SELECT customer_id FROM golden.customer ORDER BY identity_count DESC, customer_id").fetchall()
    assert f"{records:,} records of 3 nights → {identities:,} distinct identities → {customers:,} customers" in text
    assert f"{read_tonight:,} records read from 8 files" in text
    assert f"quarantined {quarantined}" in text
    assert any(customer in text for (customer,) in largest[:10])
    assert "not JSON helpdesk 3 helpdesk/2026-03-04/export.jsonl, line 40" in text


def test_no_person_stands_on_the_page(home, database):
    html = written(database, HELD, WARNED)
    with duckdb.connect(str(database), read_only=True) as con:
        values = con.execute(
            "SELECT value FROM golden.identifier UNION SELECT full_name FROM golden.customer "
            "UNION SELECT unnest([text, subject, party_ref]) FROM golden.interaction"
        ).fetchall()
    assert len(values) > 100
    assert not [value for (value,) in values if value in html]


def test_a_chats_file_is_told_without_the_person_it_is_named_after(home):
    with duckdb.connect(str(home.database)) as con:
        for table in ("meta.ledger", "meta.quarantine"):
            con.execute(
                f"UPDATE {table} SET file = replace(file, 'export.jsonl', 'WhatsApp Chat with Zaphod.txt') "
                "WHERE source = 'whatsapp'"
            )
    html = written(build_candidate(home), HELD)
    assert "Zaphod" not in html
    assert re.search(r"whatsapp/2026-03-04/…#[0-9a-f]{8}\.txt, line 2", html)


def test_a_source_that_was_due_and_did_not_come_is_named_though_it_never_came(database):
    shape = {"format": "eml", "channel": "email", "region": "GB"}
    due, idle, came = (
        Source(name=name, path=f"{name}/{{night}}/*", due=due, **shape)
        for name, due in (("letters", "daily"), ("fax", "any"), ("helpdesk", "daily"))
    )
    text = read(written(database, HELD, sources=[due, idle, came])).text
    assert "Due tonight, and nothing came: letters ." in text
    assert "fax" not in text
    assert "nothing came" not in read(written(database, HELD, sources=[idle, came])).text


@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        pytest.param([HELD], "The one check holds", id="all hold"),
        pytest.param([HELD, WARNED], "Passed, with 1 warning", id="a warning"),
        pytest.param([HELD, WARNED, STOPPED], "Stopped: 1 critical check failed", id="a critical failure"),
    ],
)
def test_the_verdict_comes_first(database, checks, verdict):
    text = read(written(database, *checks)).text
    assert verdict in text[:400]
    assert ("goldthread rollback" in text) is (STOPPED not in checks)


def test_what_comes_from_outside_is_text_and_never_markup(home):
    with duckdb.connect(str(home.database)) as con:
        con.execute("UPDATE meta.quarantine SET reason = '<script>alert(1)</script>', position = '\"><img src=x>'")
        con.execute("UPDATE meta.ledger SET source = '<b>sms</b>' WHERE source = 'sms'")
    html = written(build_candidate(home), HELD, STOPPED)
    read(html)
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;b&gt;sms" in html
    assert "no &lt;phone&gt;" in html


def test_a_night_without_files_and_tables_without_rows_make_a_page_as_well(home):
    with duckdb.connect(str(home.database)) as con:
        for schema, table in tables_of(con, home.database.stem):
            con.execute(f"DELETE FROM {schema}.{table}")
    text = read(written(build_candidate(home), HELD)).text
    assert "Nothing arrived for this night" in text
    assert "0 records of 0 nights → 0 distinct identities → 0 customers" in text


SOME = [
    pytest.param("DELETE FROM golden.interaction; DELETE FROM golden.conversation", id="profiles only"),
    pytest.param(
        "DELETE FROM golden.customer; UPDATE golden.membership SET customer_id = NULL, reason = 'spam'", id="no customer"
    ),
    pytest.param("DELETE FROM golden.change", id="nothing changed"),
    pytest.param("DELETE FROM meta.edge; DELETE FROM meta.link_rule; DELETE FROM meta.block", id="no link"),
    pytest.param("DELETE FROM meta.block", id="rules without blocks"),
    pytest.param(
        "UPDATE meta.ledger SET read = 0, accepted = 0, duplicate = 0, suppressed = 0, quarantined = 0", id="empty files"
    ),
    pytest.param("DELETE FROM meta.ledger WHERE source != 'crm'; DELETE FROM meta.quarantine", id="one source"),
    pytest.param("DELETE FROM meta.ledger", id="quarantine without a ledger"),
    pytest.param("UPDATE golden.customer SET confidence = NULL", id="no confidence"),
    pytest.param("UPDATE golden.interaction SET occurred_at = TIMESTAMPTZ '1999-01-01'", id="only old interactions"),
    pytest.param("UPDATE golden.interaction SET occurred_at = TIMESTAMPTZ '2031-01-01'", id="interactions of a later day"),
]


@pytest.mark.parametrize("change", SOME)
def test_whatever_is_missing_the_page_is_whole(home, change):
    with duckdb.connect(str(home.database)) as con:
        con.execute(change)
    for checks in ([], [HELD], [HELD, STOPPED]):
        read(written(build_candidate(home), *checks))


def test_a_world_of_one_record_makes_a_page(home):
    with duckdb.connect(str(home.database)) as con:
        for schema, table in tables_of(con, home.database.stem):
            if (schema, table) != ("golden", "customer"):
                con.execute(f"DELETE FROM {schema}.{table}")
        con.execute(
            f"""
            SET VARIABLE night = DATE '{NIGHT}';
            DELETE FROM golden.customer WHERE customer_id != (SELECT min(customer_id) FROM golden.customer);
            UPDATE golden.customer SET interaction_count = 1, profile_count = 0, identity_count = 1;
            INSERT INTO golden.membership BY NAME
                SELECT 'mail' AS source, '1' AS source_ref, 'interaction' AS record_kind, getvariable('night') AS night,
                    customer_id, 'i1' AS identity_id FROM golden.customer;
            INSERT INTO golden.interaction BY NAME
                SELECT 'mail' AS source, '1' AS source_ref, 'email' AS channel, customer_id,
                    getvariable('night')::TIMESTAMPTZ AS occurred_at FROM golden.customer;
            """
        )
    text = read(written(build_candidate(home), HELD)).text
    assert "1 record of 1 night → 1 distinct identity → 1 customer" in text


def test_a_published_page_tells_its_version_and_where_the_time_went(database):
    text = read(
        written(database, HELD, version="20260305T013000000000Z-2026-03-04", seconds={"extract": 3.25, "load": 1.0})
    ).text
    assert "version 20260305T013000000000Z-2026-03-04" in text
    assert "extract 3.2 s load 1.0 s" in text
    assert "candidate, not published" in read(written(database, HELD)).text
