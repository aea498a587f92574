"""How the command ends: its exit code, and what it says when something outside of it is wrong."""

import errno
import io
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines import cli
from pipelines.errors import ConfigurationError, SourceBroken
from pipelines.extract.landing.lake import told_where_damaged
from pipelines.lock import hold
from pipelines.settings import Home
from pipelines.warehouse import transaction, writer_lock

BUFFERED = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


@pytest.fixture
def ended(monkeypatch, capsys):
    """Run ``main`` with these arguments, or in place of a command; return its exit code and what stood on stderr."""
    handlers = list(logging.getLogger("pipelines").handlers)
    interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it

    def end(*arguments, command=None):
        monkeypatch.setattr("sys.argv", ["goldthread", *map(str, arguments)])
        if command:
            monkeypatch.setattr(cli, "app", command)
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        return stopped.value.code, capsys.readouterr().err

    yield end
    logging.getLogger("pipelines").handlers = handlers
    signal.signal(signal.SIGINT, interrupt)


def test_ctrl_c_is_told_as_such_whatever_a_library_makes_of_it(ended):
    def command():
        try:
            os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt:
            raise OSError("handle is closed") from None

    code, words = ended(command=command)
    assert code == 130
    assert words == "goldthread: stopped (Ctrl-C). Nothing is half-written: run it again at any time.\n"


def test_a_full_disk_is_told_in_the_systems_words_and_no_name_with_it(ended):
    def command():
        try:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "WhatsApp Chat with Jane Doe.txt")
        except OSError as error:
            raise RuntimeError("cannot write Jane Doe") from error

    code, words = ended(command=command)
    assert code == 1
    assert words.startswith("goldthread: No space left on device (RuntimeError in test_cli.py:")
    assert "Jane" not in words


def test_what_nobody_foresaw_tells_its_place_and_keeps_its_message(ended):
    def command():
        raise ValueError("Jane Doe")

    code, words = ended(command=command)
    assert code == 1
    assert words.startswith("goldthread: ValueError in test_cli.py:")
    assert "Jane" not in words


def test_a_home_that_is_a_file_is_told_so(ended, tmp_path):
    (tmp_path / "home").write_text("")
    assert ended("status", "--home", tmp_path / "home") == (
        2,
        f"goldthread: {tmp_path / 'home'} is a file, where the home is a folder (--home, GOLDTHREAD_HOME)\n",
    )


@pytest.mark.parametrize("command", ["resolve", "load", "validate", "publish", "rollback", "train", "resolve --check"])
def test_a_home_that_was_mistyped_is_told_and_not_made(ended, tmp_path, command):
    night = ["--night", "2026-03-02"] if command in ("resolve", "load", "validate", "publish") else []
    code, words = ended(*command.split(), *night, "--home", tmp_path / "typo")
    assert (code, words.splitlines()[-1].partition(" (")[0]) == (
        2,
        f"goldthread: {tmp_path / 'typo'}: there is no such home",
    )
    assert list(tmp_path.iterdir()) == []


def test_loading_what_was_not_resolved_says_what_does_that(ended, tmp_path):
    code, words = ended("load", "--night", "2026-03-02", "--home", tmp_path)
    assert (code, words.splitlines()[-1].partition("; ")[2]) == (2, "goldthread resolve --night 2026-03-02 does")


def test_a_night_is_not_loaded_from_what_another_one_resolved(ended, tmp_path):
    """Else its version would tell the other night's changes as its own."""
    home = Home(tmp_path)
    with transaction(home) as con:
        con.execute("CREATE TABLE resolve.membership (customer_id VARCHAR)")
        con.execute("CREATE TABLE resolve.baseline_night AS SELECT DATE '2026-03-03' AS night")
    code, words = ended("load", "--night", "2026-03-02", "--home", tmp_path)
    assert (code, words.splitlines()[-1].partition(": ")[2].partition(": ")[2]) == (
        2,
        "what is resolved is the night 2026-03-03; goldthread resolve --night 2026-03-02 comes first",
    )


def test_a_night_of_which_nothing_has_landed_is_not_resolved(ended, tmp_path):
    """Else a mistyped night is published, with nothing of its own in it."""
    (tmp_path / "lake" / "mail" / "2026-03-02").mkdir(parents=True)
    code, words = ended("resolve", "--night", "2026-03-02", "--home", tmp_path)
    assert (code, words.partition(":")[2]) == (
        4,
        f" nothing has landed for 2026-03-02 in {tmp_path / 'lake'}: is the night right, did its extract run?\n",
    )
    assert not (tmp_path / "warehouse").exists()


@pytest.mark.parametrize("folder", ["published", "models", "lake/crm"])
def test_a_folder_of_the_home_that_cannot_be_written_is_told_so(ended, tmp_path, folder):
    def command():
        with writer_lock(Home(tmp_path)):
            raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / folder / "part"), None, "other")

    assert ended(command=command) == (2, f"goldthread: {tmp_path / folder}: cannot be read or written (Permission denied)\n")


@pytest.mark.parametrize(
    ("error", "folder"),
    [
        pytest.param(duckdb.IOException('IO Error: Cannot open file "{}/goldthread.duckdb": {}'), "warehouse", id="file"),
        pytest.param(duckdb.TransactionException('Error: Cannot open file "{}/x.wal": {}'), "warehouse", id="log"),
        pytest.param(duckdb.IOException('IO Error: Cannot open file "{}/profile-1.parquet": {}'), "lake/crm", id="lake"),
        pytest.param(PermissionError(errno.EACCES, "", "versions/1", None, "{}/.current.swap"), "published", id="pointer"),
    ],
)
@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_what_may_not_be_read_or_written_is_a_mistake_of_the_set_up_whoever_says_so(ended, tmp_path, error, folder, number):
    words = [part.format(tmp_path / folder, os.strerror(number)) if isinstance(part, str) else part for part in error.args]
    if isinstance(error, OSError):
        words = [number, os.strerror(number), error.filename, None, error.filename2.format(tmp_path / folder)]

    def command():
        with writer_lock(Home(tmp_path)), told_where_damaged(tmp_path / "lake"):
            raise type(error)(*words)

    told = f"goldthread: {tmp_path / folder}: cannot be read or written ({os.strerror(number)})\n"
    assert ended(command=command) == (2, told)


@pytest.mark.parametrize("command", ["status", "versions"])
def test_a_home_that_may_not_be_read_is_told_so(ended, tmp_path, monkeypatch, command):
    """Where the shell's variable names it; typer looks at the option alone."""
    monkeypatch.setenv("GOLDTHREAD_HOME", str(tmp_path))
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path)
    assert ended(command) == (2, f"goldthread: {tmp_path}: cannot be read (Permission denied)\n")


@pytest.mark.parametrize("name", ["what?", r"a\b"])
def test_a_home_whose_path_duckdb_would_take_for_another_is_refused(ended, tmp_path, name):
    code, words = ended("run", "--night", "2026-03-02", "--home", tmp_path / name)
    assert (code, words.endswith(": the home's path holds a ? or a \\, which DuckDB cannot open\n")) == (2, True)
    assert not (tmp_path / name).exists()


def test_a_home_whose_path_is_too_long_is_told_so(ended, tmp_path):
    code, words = ended("run", "--night", "2026-03-02", "--home", tmp_path / ("x" * 300))
    assert (code, words.endswith(": cannot be read (File name too long)\n")) == (2, True)


def test_a_file_of_the_inbox_that_is_not_permitted_is_not_named(ended, tmp_path):
    def command():
        with writer_lock(Home(tmp_path)):
            raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "inbox" / "whatsapp" / "Jane Doe.txt"))

    code, words = ended(command=command)
    assert code == 1
    assert words.startswith("goldthread: Permission denied (PermissionError in test_cli.py:")
    assert "Jane" not in words


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_lacks_a_letter_shows_the_others(ended, monkeypatch, encoding):
    shown = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr("sys.stdout", shown)

    def command():
        print("● Łódź", flush=True)
        raise SystemExit(0)

    assert ended(command=command)[0] == 0
    assert shown.buffer.getvalue().startswith(b"? ?")


def test_results_for_which_the_disk_has_no_room_are_an_error(tmp_path):
    command = [sys.executable, "-m", "pipelines.cli", "versions", "--json", "--home", str(tmp_path)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=BUFFERED)
    assert done.returncode == 1
    assert done.stderr.startswith("goldthread: No space left on device")


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    """As with `goldthread versions | head -0`."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "pipelines.cli", "versions", "--json", "--home", str(tmp_path)]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False, env=BUFFERED)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_home_that_cannot_be_written_is_told_so(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(ConfigurationError, match=r"cannot be written \(Not a directory\)"),
        hold(tmp_path / "file/home/l"),
    ):
        pytest.fail("there is no such folder")


def test_a_folder_given_for_the_sources_is_told_so(ended, tmp_path, monkeypatch):
    monkeypatch.setenv("GOLDTHREAD_SOURCES", "")  # --sources sets it
    code, words = ended("extract", "--night", "2026-03-02", "--home", tmp_path, "--sources", tmp_path)
    assert (code, words.splitlines()[-1]) == (2, f"goldthread: {tmp_path}: is a folder, where a file is expected")


@pytest.mark.parametrize(
    ("variable", "says"),
    [
        ("GOLDTHREAD_MEMORY", "an amount with its unit, such as 2GB"),
        ("GOLDTHREAD_THREADS", "a whole number of threads, such as 4"),
    ],
)
def test_a_bound_that_is_no_number_names_the_variable(ended, tmp_path, monkeypatch, variable, says):
    monkeypatch.setenv(variable, "plenty")
    (tmp_path / "lake" / "mail" / "2026-03-02").mkdir(parents=True)
    (tmp_path / "lake" / "mail" / "2026-03-02" / "sealed.json").write_text("{}")
    code, words = ended("resolve", "--night", "2026-03-02", "--home", tmp_path)
    assert code == 2
    assert words.splitlines()[-1].startswith(f"goldthread: {variable} is {says}")


@pytest.mark.parametrize("night", ["20260302", "2026-W10-1", "2026-3-2", "tonight"])
def test_a_night_is_written_as_its_folder_in_the_inbox_is(ended, tmp_path, night):
    code, words = ended("extract", "--night", night, "--home", tmp_path)
    assert (code, words) == (2, "goldthread: --night is a date written YYYY-MM-DD, such as 2026-11-20\n")
    assert list(tmp_path.iterdir()) == []


def test_a_replay_says_what_publishes_what_came_in(tmp_path):
    def extract(*options):
        return CliRunner().invoke(cli.app, ["extract", *options, "--home", str(tmp_path)])

    sources, file = tmp_path / "config" / "sources.yml", tmp_path / "inbox" / "crm" / "2026-11-20" / "customers.csv"
    for path in (sources, file):
        path.parent.mkdir(parents=True)
    sources.write_text(
        "sources: {crm: {format: table, kind: profile, path: 'crm/{night}/*.csv', columns: {source_ref: Id, city: City}}}"
    )
    file.write_text("Id,City\n1,Leeds,more\n2,Hull\n")
    assert isinstance(extract("--night", "2026-11-20").exception, SourceBroken)
    file.write_text("Id,City\n1,Leeds\n2,Hull\n")
    assert "goldthread run --night 2026-11-20" in extract("--replay-quarantine").stdout
    assert "Nothing is in quarantine" in extract("--replay-quarantine").stdout
