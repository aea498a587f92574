"""The analysts' sandbox and the status: what can be asked, what cannot, and what a home says of itself."""

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from rich.console import Console

from pipelines.commands.options import tell
from pipelines.errors import ConfigurationError, GoldthreadError
from pipelines.load.answers.query import query
from pipelines.load.answers.status import status
from pipelines.load.publish import publish
from pipelines.load.terminal import show
from pipelines.load.versions.published import rollback, versions
from pipelines.lock import hold
from pipelines.settings import Home
from tests.extract.exports import source_of
from tests.load.fixture_golden import NIGHT, checked_candidate


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("published"))
    for customers in (20, 30):
        checked_candidate(home, customers=customers)
        publish(home, NIGHT)
    return home


def shown(render: object, *what: object, width: int = 160) -> str:
    console = Console(width=width, record=True, file=io.StringIO())
    render(*what, console)
    return console.export_text()


def test_a_question_is_answered_from_the_version_in_use(published):
    result = query(published, "SELECT count(*) AS customers, max(last_seen_at) AS latest FROM golden.customer")
    assert result.rows[0][0] == 30
    assert result.version == versions(published)[-1].version
    document = json.loads(json.dumps(result.to_json()))
    assert document["rows"][0]["customers"] == 30
    assert document["rows"][0]["latest"].endswith("+00:00")


def test_every_kind_of_value_can_be_told_as_json(published):
    result = query(
        published,
        "SELECT 1.5::DECIMAL(4, 2) AS d, [DATE '2026-03-04'] AS l, {'a': 'x'} AS s, 'ab'::BLOB AS b, INTERVAL 1 DAY AS i, "
        "uuid() AS u, NULL AS n, TIME '01:02:03' AS t, MAP {'k': 1} AS m",
    )
    row = json.loads(json.dumps(result.to_json()))["rows"][0]
    assert (row["d"], row["l"], row["s"], row["n"]) == (1.5, ["2026-03-04"], {"a": "x"}, None)
    assert "NULL" in shown(show.render_query, result)


def test_numbers_that_json_does_not_have_are_told_in_words(capsys):
    tell({"rows": [{"n": float("inf")}, (float("-inf"), float("nan"), 1.5, None)]}, True, pytest.fail)
    assert json.loads(capsys.readouterr().out, parse_constant=pytest.fail) == {
        "rows": [{"n": "Infinity"}, ["-Infinity", "NaN", 1.5, None]]
    }


def test_tables_are_listed_and_found_without_their_schema(published):
    listed = {row[0] for row in query(published, "SHOW TABLES").rows}
    assert {"customer", "membership", "ledger"} <= listed
    assert query(published, "SELECT count(*) FROM customer").rows == [(30,)]


def test_more_rows_than_asked_for_are_told_of(published):
    assert query(published, "FROM golden.customer", rows=30).truncated is False
    few = query(published, "FROM golden.customer", rows=29)
    assert (len(few.rows), few.truncated) == (29, True)
    assert "29 rows, there are more" in shown(show.render_query, few)
    assert len(query(published, "FROM golden.customer", rows=None).rows) == 30


REFUSED = [
    pytest.param("DELETE FROM golden.customer", id="deletes"),
    pytest.param("CREATE TABLE golden.mine AS SELECT 1", id="creates"),
    pytest.param("COPY golden.customer TO 'out.csv'", id="writes a file"),
    pytest.param("EXPORT DATABASE 'out'", id="exports"),
    pytest.param("SELECT * FROM read_csv('/etc/hostname')", id="reads a file"),
    pytest.param("SELECT * FROM '/etc/hostname'", id="reads a file by its name"),
    pytest.param("SELECT * FROM glob('/*')", id="lists a folder"),
    pytest.param("ATTACH 'other.duckdb'", id="attaches"),
    pytest.param("INSTALL httpfs", id="installs"),
    pytest.param("LOAD httpfs", id="loads"),
    pytest.param("SET enable_external_access = true", id="opens the sandbox"),
    pytest.param("SET memory_limit = '100GB'", id="takes more memory"),
    pytest.param("SET max_execution_time = 0", id="takes more time"),
    pytest.param("SELECT 1; SELECT 2", id="asks twice"),
    pytest.param("", id="asks nothing"),
    pytest.param("SELEC 1", id="is no SQL"),
]


@pytest.mark.parametrize("sql", REFUSED)
def test_what_is_no_question_is_refused_in_one_line(published, sql, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError) as refused:
        query(published, sql)
    assert str(refused.value).startswith("query: ")
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_an_error_names_the_column_and_keeps_back_the_value(published):
    with pytest.raises(GoldthreadError) as wrong:
        query(published, "SELECT full_name::INTEGER FROM golden.customer")
    assert wrong.value.exit_code == 1, "the question is one"
    assert "full_name" in str(wrong.value)
    assert "Pat" not in str(wrong.value)


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param("strptime({}, '%Y')", id="in double quotes"),
        pytest.param("{}::JSON", id="no JSON"),
        pytest.param("{}::DATE", id="no date"),
        pytest.param("(length({}) + 4477009001234)::INTEGER", id="a number"),
        pytest.param("error({})", id="the value alone"),
        pytest.param("regexp_matches('a', {} || '(')", id="behind a colon"),
        pytest.param("('O''Neil and ' || {})::INTEGER", id="with an apostrophe"),
        pytest.param("('say \"x\" to ' || {})::DATE", id="with quotes"),
    ],
)
def test_no_error_over_a_value_shows_it(published, asked):
    for column in ("full_name", "email"):
        with pytest.raises(GoldthreadError) as wrong:
            query(published, f"SELECT {asked.format(column)} FROM golden.customer WHERE {column} IS NOT NULL")
        assert "Error: " in str(wrong.value)
        assert not re.search(r"Pat|Neil|@|447700", str(wrong.value))


def test_a_question_that_runs_too_long_is_stopped(published):
    endless = "SELECT count(*) FROM range(10000000) AS a, range(10000000) AS b WHERE hash(a.range) % 7 = hash(b.range) % 9"
    with pytest.raises(GoldthreadError, match="maximum execution time"):
        query(published, endless, seconds=1)


def test_nothing_published_is_said_so(tmp_path):
    with pytest.raises(ConfigurationError, match="nothing is published yet; goldthread run"):
        query(Home(tmp_path), "SELECT 1")
    assert status(Home(tmp_path)).version is None
    assert "nothing is published yet" in shown(show.render_status, status(Home(tmp_path)))
    assert "nothing is published yet" in shown(show.render_versions, [])


def test_status_tells_version_age_counts_and_sources(published):
    now = datetime.now(UTC) + timedelta(hours=5)
    told = status(published, now=now)
    assert told.night == NIGHT
    assert told.counts["customer"] == 30
    assert 4.9 < told.age_hours < 5.2
    assert told.versions == 2
    with duckdb.connect(str(published.published / "current" / "customers.duckdb"), read_only=True) as con:
        ledger = con.execute(
            "SELECT source, read, quarantined FROM meta.ledger WHERE night = $night ORDER BY source", {"night": NIGHT}
        ).fetchall()
    assert [(one.source, one.read, one.quarantined) for one in told.sources] == ledger
    assert told.failed_validation is None
    text = shown(show.render_status, told)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "published 5 hours ago" in lines
    assert "customers 30" in lines
    assert "nobody is writing" in text
    json.dumps(told.to_json())


def test_a_source_that_came_before_and_not_tonight_is_told_as_absent(tmp_path):
    home = Home(tmp_path)
    checked_candidate(home, customers=20)
    publish(home, NIGHT)
    assert status(home).absent == []
    checked_candidate(home, customers=20, also=f"DELETE FROM meta.ledger WHERE source = 'sms' AND night = '{NIGHT}'")
    publish(home, NIGHT)
    assert status(home).absent == ["sms"]
    assert "absent, though they came before: sms" in shown(show.render_status, status(home))


def test_a_source_that_was_due_and_brought_nothing_is_told_as_missing(tmp_path):
    home = Home(tmp_path)
    checked_candidate(home, customers=20, also="UPDATE meta.ledger SET file = file || '.part' WHERE source = 'sms'")
    publish(home, NIGHT)
    due = {"sms": "daily", "crm": "any", "new": "daily", "whatsapp": "daily"}
    sources = [source_of(format="table", name=name, channel="sms", due=when) for name, when in due.items()]
    told = status(home, sources=sources)
    assert told.missing == ["new", "sms"]
    assert "missing, though due: new, sms" in shown(show.render_status, told)


def test_status_tells_why_records_were_not_read_and_where_to_look(published):
    told, text = status(published), shown(show.render_status, status(published))
    assert sum(one.records for one in told.quarantined) == sum(source.quarantined for source in told.sources) > 0
    first = f"(first in helpdesk/{NIGHT}/export.jsonl, line 40)"
    assert f"helpdesk: 3 records not read: not JSON {first}" in text
    assert (
        f"helpdesk: 1 record not read: missing field 'created_at' (first in helpdesk/{NIGHT}/export.jsonl, line 43)" in text
    )


def test_status_tells_what_a_rollback_put_aside(tmp_path):
    home, names = Home(tmp_path), []
    for customers in (20, 21, 22):
        checked_candidate(home, customers=customers)
        names.append(publish(home, NIGHT))
    assert status(home).put_aside == []
    rollback(home, names[0])
    assert status(home).put_aside == names[1:]
    text = " ".join(shown(show.render_status, status(home)).split())
    assert f"2 later versions were put aside by a rollback, the last of them {names[2]}" in text


def test_status_names_the_process_that_is_writing(published):
    with hold(published.path / "writer.lock"):
        told = status(published)
    assert told.writer is not None
    assert f"process {told.writer} is writing" in shown(show.render_status, told)
    assert status(published).writer is None


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0, "less than a minute"), (1 / 60, "1 minute"), (1.5, "90 minutes"), (2, "2 hours"), (71, "71 hours"), (72, "3 days")],
)
def test_the_age_is_told_in_words(published, hours, words):
    told = replace(status(published), age_hours=hours)
    assert f" {words} ago" in shown(show.render_status, told)


def test_the_reports_path_stands_on_one_line_of_a_narrow_terminal(published):
    text = shown(show.render_status, status(published), width=40)
    assert str(status(published).report) in text


def test_what_does_not_fit_the_terminal_is_shown_a_block_a_row(published):
    found = query(published, "SELECT customer_id, repeat('word ', 20) AS said, 7 AS n, 8 AS n FROM golden.customer LIMIT 2")
    wide, narrow = (shown(show.render_query, found, width=width).splitlines() for width in (160, 80))
    assert len(wide) == 4
    assert narrow[0] == "row 1"
    assert narrow[1].split() == ["customer_id", found.rows[0][0]]
    assert [line.split() for line in narrow if line.startswith("n ")] == [["n", "7"], ["n", "8"]] * 2
    assert " ".join(narrow).count("word") == 40
    assert all(len(line) <= 80 for line in narrow)
    assert narrow[-1].startswith("2 rows")


def test_one_long_column_and_no_rows_stay_a_table(published):
    assert "row 1" not in shown(show.render_query, query(published, "SELECT repeat('word ', 90) AS said"), width=60)
    assert "full_name" in shown(show.render_query, query(published, "FROM golden.customer LIMIT 0"), width=200)


def test_text_from_outside_never_steers_the_terminal(published):
    evil = query(published, r"SELECT 'a' || chr(27) || ']0;owned' || chr(7) || '[b]b[/b]' || chr(155) AS said")
    text = shown(show.render_query, evil)
    assert "a␛]0;owned␇[b]b[/b]�" in text
    assert "\x1b" not in text


def test_versions_mark_the_one_in_use(published):
    first, second = versions(published)
    assert (first.customers, second.customers) == (20, 30)
    marked = [line for line in shown(show.render_versions, versions(published)).splitlines() if "●" in line]
    assert len(marked) == 1
    assert second.version in marked[0]
    try:
        rollback(published)
        assert query(published, "SELECT count(*) FROM golden.customer").rows == [(20,)]
    finally:
        rollback(published, second.version)
    json.dumps([version.to_json() for version in versions(published)])


@pytest.mark.parametrize("width", [80, 120])
def test_a_versions_name_is_never_folded(published, width):
    lines = shown(show.render_versions, versions(published), width=width).splitlines()
    assert len(lines) == 3
    assert all(len(line) <= width for line in lines)
    assert [version.version in line for version, line in zip(versions(published), lines[1:], strict=True)] == [True, True]
