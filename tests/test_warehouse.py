"""What we wrote ourselves and cannot read is told with its file and the mend; so is a SELECT that cannot run."""

import subprocess
import sys

import pytest

from pipelines.errors import ConfigurationError, GoldthreadError, LockHeld
from pipelines.extract.files.inbox import find_files
from pipelines.extract.landing.partition import read_seal
from pipelines.load.versions.published import manifest_of
from pipelines.resolve.scoring.score import scratch
from pipelines.settings import Home
from pipelines.warehouse import build, connect


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        pytest.param("SELEC 1", "line 1: Parser Error: syntax error", id="no SQL"),
        pytest.param("SELECT 1; SELECT 2", "expected one SELECT, found 2 statements", id="two statements"),
        pytest.param("SELECT $day", "no value for $day", id="a parameter that nobody gives"),
        pytest.param("SELECT 1\nFROM golden.nowhere", "line 2: Catalog Error: Table with name nowhere", id="no such table"),
        pytest.param("SELECT\n  nobody\nFROM range(1)", 'line 2: Binder Error: Referenced column "nobody"', id="no column"),
    ],
)
def test_a_select_of_the_home_that_cannot_run_is_told_with_its_file_and_line(sql, says, tmp_path):
    own = tmp_path / "config" / "sql" / "golden" / "customer.sql"
    own.parent.mkdir(parents=True)
    own.write_text(sql)
    with connect(":memory:", Home(tmp_path)) as con:
        con.execute("CREATE SCHEMA golden")
        with pytest.raises(ConfigurationError) as wrong:
            build(con, Home(tmp_path), "golden.customer")
    assert str(wrong.value).startswith(f"{own}: {says}")


def test_a_damaged_warehouse_is_told_with_its_file_and_the_mend(tmp_path):
    (tmp_path / "goldthread.duckdb").write_text("no database")
    with pytest.raises(GoldthreadError, match=r"goldthread\.duckdb: damaged, no database; docs/runbook\.md"):
        connect(tmp_path / "goldthread.duckdb", Home(tmp_path))


def test_a_warehouse_that_another_program_has_open_is_told_so(tmp_path):
    file = tmp_path / "goldthread.duckdb"
    code = f"import duckdb; con = duckdb.connect({str(file)!r}); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        with pytest.raises(LockHeld, match=r"goldthread\.duckdb: another program has it open"):
            connect(file, Home(tmp_path))
        other.stdin.close()


def test_as_many_threads_work_as_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.setenv("GOLDTHREAD_THREADS", "3")
    with connect(":memory:", Home(tmp_path)) as con, scratch(con) as beside:
        threads = [one.execute("SELECT current_setting('threads')").fetchall() for one in (con, beside)]
    assert threads == [[(3,)], [(3,)]]


@pytest.mark.parametrize("text", ["{", "", "[1]"])
def test_a_damaged_seal_or_manifest_is_told_with_its_file_and_the_mend(text, tmp_path):
    for name, read in (("sealed.json", read_seal), ("manifest.json", manifest_of)):
        (tmp_path / name).write_text(text)
        with pytest.raises(GoldthreadError, match=rf"{name}: damaged; "):
            read(tmp_path)


def test_an_inbox_of_a_kind_that_nobody_knows_is_told_with_its_variable():
    with pytest.raises(ConfigurationError, match="GOLDTHREAD_INBOX: Protocol not known: nowhere"):
        find_files("nowhere://bucket/inbox", "crm/*.csv")
