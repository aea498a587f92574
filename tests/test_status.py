"""``goldthread status`` stands whatever state the home is in: it is what people type when something is wrong."""

import errno
import os

from typer.testing import CliRunner

from pipelines import cli
from pipelines.load.answers import status
from pipelines.settings import PACKAGE_ROOT, Home, load_sources
from tests.worlds import goldthread


def test_status_tells_the_rest_where_sources_yml_is_broken(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "sources.yml").write_text("sources: nonsense\n")
    done = goldthread("status", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "nothing is published yet" in done.stdout
    assert "expected a mapping 'sources:'" in done.stderr


def test_status_tells_what_waits_before_anything_is_published(tmp_path):
    folder = tmp_path / "inbox" / "calls" / "2026-11-20"
    folder.mkdir(parents=True)
    (folder / "a.jsonl").write_text("{}\n")
    done = goldthread("status", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2026-11-20: 1 file of calls not taken in yet: goldthread run --night 2026-11-20" in done.stdout


def test_status_tells_what_lies_in_the_inbox_and_nobody_reads(tmp_path):
    for name in ("calls/2026-11-20/a.JSONL", "chat_spain/2026-11-20/Ann Archer.json", "chat_spain/2026-11-20/b.json"):
        path = tmp_path / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}\n")
    done = goldthread("status", home=tmp_path)
    told = "no path of sources.yml names it: calls/2026-11-20 (1 file), chat_spain/2026-11-20 (2 files)"
    assert told in done.stdout, done.stderr
    assert "Archer" not in done.stdout


def test_status_tells_a_source_that_is_no_longer_in_sources_yml(tmp_path):
    (tmp_path / "lake" / "old_calls" / "2026-11-20").mkdir(parents=True)
    (tmp_path / "lake" / "old_calls" / "2026-11-20" / "sealed.json").write_text("{}")
    done = goldthread("status", home=tmp_path)
    assert "not in sources.yml any more: old_calls; what it brought stays" in done.stdout, done.stderr


def test_status_stands_for_who_may_read_the_home_and_not_the_candidate_which_is_the_writers_alone(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(status, "read_checks", refuse)
    assert status.status(Home(tmp_path)).failed_validation is None


def test_status_stands_where_a_seal_of_the_lake_is_damaged(tmp_path, caplog):
    seal = tmp_path / "lake" / "calls" / "2026-11-20" / "sealed.json"
    seal.parent.mkdir(parents=True)
    seal.write_text("{")
    sources = load_sources(PACKAGE_ROOT / "config" / "sources.yml").values()
    assert status.status(Home(tmp_path), sources=sources).version is None
    assert f"what landed and is not published cannot be told: {seal}: damaged; put its folder back" in caplog.text


def test_status_tells_what_landed_and_was_not_published(tmp_path):
    def run(*words):
        done = CliRunner().invoke(cli.app, [*words, "--home", str(tmp_path)])
        return " ".join(done.stdout.split())

    sources, file = tmp_path / "config" / "sources.yml", tmp_path / "inbox" / "crm" / "2026-11-20" / "customers.csv"
    for path in (sources, file):
        path.parent.mkdir(parents=True)
    sources.write_text(
        "sources: {crm: {format: table, kind: profile, path: 'crm/{night}/*.csv', max_quarantined_share: 0.6,"
        " columns: {source_ref: Id, city: City, email: Mail}}}"
    )
    file.write_text("Id,City,Mail\n1,Leeds,a@x.example,more\n2,Hull,b@x.example\n")
    run("extract", "--night", "2026-11-20")
    assert "2026-11-20: 1 file of crm landed, not published yet: goldthread run --night 2026-11-20" in run("status")
    run("run", "--night", "2026-11-20")
    assert "not in this version" not in run("status")
    file.write_text("Id,City,Mail\n1,Leeds,a@x.example\n2,Hull,b@x.example\n")
    run("extract", "--replay-quarantine")
    os.utime(tmp_path / "lake" / "crm" / "2026-11-20" / "sealed.json", (0, 0))  # back from a backup, or the clock was wrong
    told = "2026-11-20: 1 file of crm landed, not in this version: goldthread run --night 2026-11-20"
    assert told in run("status")
    run("run", "--night", "2026-11-20")
    assert "not in this version" not in run("status")
