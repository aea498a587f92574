"""Publishing is all or nothing: killed at any line, raced by readers, on a clock that goes back."""

import json
import random
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import duckdb
import pytest

from pipelines.errors import ConfigurationError, GoldthreadError, ValidationStopped
from pipelines.files import sha256_of
from pipelines.load import publish as publishing
from pipelines.load.pages import report
from pipelines.load.publish import new_name, publish
from pipelines.load.validation.checks import Check
from pipelines.load.versions import published as pointing
from pipelines.load.versions.candidate import build_candidate, candidate_file, candidate_folder
from pipelines.load.versions.history import past_of
from pipelines.load.versions.published import current, current_file, rollback, version_names, versions, versions_folder
from pipelines.settings import Home
from tests.load.fixture_golden import NIGHT, checked_candidate


def customers_in_use(home: Home) -> int:
    with duckdb.connect(str(current_file(home)), read_only=True) as con:
        return int(con.execute("SELECT count(*) FROM golden.customer").fetchall()[0][0])


def assert_whole(folder: Path) -> None:
    """A version is whole when every file that its manifest names is there with its digest, and nothing can be written."""
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["version"] == folder.name
    assert sorted(path.name for path in folder.iterdir()) == sorted([*manifest["files"], "manifest.json"])
    for name, entry in manifest["files"].items():
        assert sha256_of(folder / name) == entry["sha256"]
        assert (folder / name).stat().st_size == entry["bytes"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o444}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o555


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def plain_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of one line, where many publishes make the real one a matter of minutes."""
    monkeypatch.setattr(report, "write_report", lambda database, target, result, **more: target.write_text("a page\n"))


def test_a_version_is_whole_and_read_only_and_the_pointer_is_relative(home):
    checked_candidate(home, customers=7)
    name = publish(home, NIGHT)
    assert_whole(versions_folder(home) / name)
    assert (home.published / "current").readlink() == Path("versions") / name
    assert customers_in_use(home) == 7
    manifest = json.loads((current(home) / "manifest.json").read_text())
    assert manifest["night"] == "2026-03-04"
    assert manifest["nights"] == ["2026-03-02", "2026-03-03", "2026-03-04"]
    assert manifest["counts"]["golden.customer"] == 7
    assert manifest["versions"]["duckdb"] == duckdb.__version__
    assert "policy.yml" in manifest["configuration"]


def test_a_home_may_be_moved_and_its_pointer_still_leads(home, tmp_path):
    checked_candidate(home, customers=3)
    publish(home, NIGHT)
    home.published.rename(tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere" / "current" / "customers.duckdb").is_file()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(
            lambda home: (candidate_folder(home) / "checks.json").unlink(), "no candidate was checked", id="no checks"
        ),
        pytest.param(
            lambda home: checked_candidate(home, night=NIGHT - timedelta(days=1)), "one of 2026-03-03", id="another night's"
        ),
        pytest.param(
            lambda home: checked_candidate(home, check=Check("customer", 1, "x", None, "critical", success=False)),
            "did not pass", id="a critical failure",
        ),
        pytest.param(lambda home: build_candidate(home).touch(), "no candidate was checked", id="built again, not checked"),
        pytest.param(
            lambda home: duckdb.connect(str(candidate_file(home))).execute("CREATE TABLE x AS SELECT 1"),
            "changed after its checks", id="changed since",
        ),
    ],
)  # fmt: skip
def test_what_has_not_passed_its_checks_is_not_published(home, spoil, words):
    checked_candidate(home, customers=4)
    before = publish(home, NIGHT)
    checked_candidate(home, customers=9)
    spoil(home)
    with pytest.raises(ValidationStopped, match=words):
        publish(home, NIGHT)
    assert current(home).name == before
    assert version_names(home) == [before]


def test_what_was_held_against_another_version_is_not_published(home):
    """The change budget was kept against a version that somebody has rolled back from since."""
    names = []
    for customers in (4, 5):
        checked_candidate(home, customers=customers)
        names.append(publish(home, NIGHT))
    checked_candidate(home, customers=6)
    rollback(home, names[0])
    with pytest.raises(ValidationStopped, match=r"another version is in use .* from the stage resolve on"):
        publish(home, NIGHT)
    assert current(home).name == names[0]
    checked_candidate(home, customers=6)
    publish(home, NIGHT)
    assert customers_in_use(home) == 6
    publish(home, NIGHT)  # a scheduler that was not told that it was done
    assert customers_in_use(home) == 6


def test_a_warning_is_published_and_told(home):
    checked_candidate(home, check=Check("customer", 1, "x", None, "warning", success=False))
    publish(home, NIGHT)
    assert [version.warnings for version in versions(home)] == [1]


class Killed(BaseException):
    """Stands for kill -9: nothing of ours catches it."""


def kill_at(line: int) -> Any:
    """Return a trace function that ends the process's work at the n-th line that publishing runs.

    The lines of a comprehension grow with the versions that stand, and count once: it has a frame of its own up to Python
    3.11, and from 3.12 on it runs one line again and again.
    """
    seen, last = 0, (0, 0)
    files = {publishing.__file__, pointing.__file__}

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal seen, last
        if frame.f_code.co_filename not in files or frame.f_code.co_name.startswith("<"):
            return None
        at = (id(frame), frame.f_lineno)
        if event == "line" and at != last:
            seen, last = seen + 1, at
            if seen == line:
                raise Killed
        return trace

    return trace


def run_killed(home: Home, line: int) -> bool:
    """Publish and be killed at that line; say whether it came so far."""
    before = sys.gettrace()
    sys.settrace(kill_at(line))
    try:
        publish(home, NIGHT)
    except Killed:
        return True
    finally:
        sys.settrace(before)
    return False


def test_killed_at_any_line_the_version_in_use_is_the_old_or_the_new_one_and_whole(home, plain_report):
    checked_candidate(home, customers=2)
    old = publish(home, NIGHT)
    checked_candidate(home, customers=3)
    line, killed = 0, True
    while killed:
        line += 1
        known = set(version_names(home))
        killed = run_killed(home, line)
        in_use = current(home)
        assert_whole(in_use)
        assert in_use.name == old or in_use.name not in known
        assert customers_in_use(home) == (2 if in_use.name == old else 3)
        assert line < 500
        if in_use.name != old:
            break
    for later in range(line + 1, line + 40, 3):  # the lines after the swap
        if not run_killed(home, later):
            break
        assert_whole(current(home))
    assert line > 40
    name = publish(home, NIGHT)
    assert current(home).name == name
    assert not list(versions_folder(home).glob(".*")), "what killed publishes left is gone"
    for folder in versions_folder(home).iterdir():
        assert_whole(folder)


PUBLISHER = """
    import sys
    from pathlib import Path
    from pipelines.load.pages import report
    from pipelines.load.publish import publish
    from pipelines.settings import Home
    from tests.load.fixture_golden import NIGHT
    report.write_report = lambda database, target, result, **more: target.write_text("a page\\n")
    print("ready", flush=True)
    while True:
        publish(Home(Path(sys.argv[1])), NIGHT)
"""

READER = """
    import json, os, sys, time
    from pathlib import Path
    import duckdb
    published, seen, torn = Path(sys.argv[1]), set(), 0
    print("ready", flush=True)
    until = time.monotonic() + float(sys.argv[2])
    while time.monotonic() < until and not (published / "stop").exists():
        folder = (published / "current").resolve(strict=True)
        manifest = json.loads((folder / "manifest.json").read_text())
        with duckdb.connect(str(folder / "customers.duckdb"), read_only=True) as con:
            found = con.execute(
                "SELECT (SELECT count(*) FROM golden.customer), (SELECT row_count FROM meta.run), "
                "(SELECT count(DISTINCT customer_id) FROM golden.membership)"
            ).fetchone()
        torn += set(found) != {manifest["counts"]["golden.customer"]}
        seen.add(manifest["counts"]["golden.customer"])
    print(json.dumps({"torn": torn, "seen": sorted(seen)}))
"""


def start(script: str, *args: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n"
    return process


def test_killed_for_real_at_random_moments_every_version_that_stands_is_whole(home):
    checked_candidate(home, customers=3)
    publish(home, NIGHT)
    moments = random.Random(4)  # noqa: S311 - moments, not secrets
    for _ in range(3):
        process = start(PUBLISHER, str(home.path))
        time.sleep(0.05 + moments.random() / 4)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert_whole(current(home))
        for name in version_names(home):
            assert_whole(versions_folder(home) / name)


def test_readers_in_other_processes_never_see_a_torn_version(home, plain_report):
    checked_candidate(home, customers=1)
    publish(home, NIGHT)
    readers = [start(READER, str(home.published), "120") for _ in range(2)]
    for customers in range(2, 14):
        checked_candidate(home, customers=customers)
        publish(home, NIGHT)
    (home.published / "stop").touch()
    for reader in readers:
        out, err = reader.communicate(timeout=60)
        assert reader.returncode == 0, err
        told = json.loads(out)
        assert told["torn"] == 0
        assert len(told["seen"]) > 1


def test_names_sort_by_time_even_when_the_clock_goes_back(home, plain_report, monkeypatch):
    names = []
    for instant in (
        datetime(2026, 3, 5, 2, tzinfo=UTC),
        datetime(2026, 3, 5, 1, tzinfo=UTC),
        datetime(2020, 1, 1, tzinfo=UTC),
    ):
        monkeypatch.setattr(publishing, "now", lambda instant=instant: instant)
        checked_candidate(home, customers=2)
        names.append(publish(home, NIGHT))
    assert names == sorted(names) == version_names(home)
    assert len(set(names)) == 3


def test_a_name_shows_when_and_which_night():
    assert new_name(NIGHT, [], datetime(2026, 3, 5, 1, 30, tzinfo=UTC)) == "20260305T013000000000Z-2026-03-04"


def test_rolling_back_moves_the_pointer_and_nothing_else(home, plain_report):
    names = []
    for customers in (2, 3, 4):
        checked_candidate(home, customers=customers)
        names.append(publish(home, NIGHT))
    assert rollback(home).version == names[1]
    assert customers_in_use(home) == 3
    assert rollback(home).version == names[0]
    assert rollback(home, names[2]).version == names[2]
    assert customers_in_use(home) == 4
    assert [version.is_current for version in versions(home)] == [False, False, True]
    assert version_names(home) == names


def test_a_pointer_to_a_version_that_is_gone_is_no_home_without_one(home, plain_report):
    """Taken for one, the next night would give ids as if none had ever been published."""
    names = []
    for customers in (2, 3):
        checked_candidate(home, customers=customers)
        names.append(publish(home, NIGHT))
    shutil.move(current(home), home.path / "gone")
    told = f"{names[1]}, which is not there.* versions are {names[0]}: goldthread rollback"
    for ask in (current, current_file, rollback, lambda home: past_of(home, NIGHT)):
        with pytest.raises(ConfigurationError, match=told):
            ask(home)
    assert [version.version for version in versions(home)] == names[:1]
    rollback(home, names[0])
    assert customers_in_use(home) == 2


@pytest.mark.parametrize("lost", ["customers.duckdb", "manifest.json"])
def test_a_version_of_which_a_file_is_gone_is_none_to_go_back_to(home, plain_report, lost):
    """Old folders are removed by hand, and an `rm` may be stopped halfway."""
    names = []
    for customers in (2, 3, 4):
        checked_candidate(home, customers=customers)
        names.append(publish(home, NIGHT))
    (versions_folder(home) / names[1]).chmod(0o700)
    (versions_folder(home) / names[1] / lost).unlink()
    assert [version.version for version in versions(home)] == [names[0], names[2]]
    with pytest.raises(ConfigurationError, match=f"no version '{names[1]}'"):
        rollback(home, names[1])
    assert rollback(home).version == names[0]
    pointing.point(home, names[1])
    with pytest.raises(ConfigurationError, match=f"{names[1]}, which is not there whole .*{lost}"):
        current(home)


@pytest.mark.parametrize("left", ["{", "{}"])
def test_a_version_whose_manifest_is_damaged_is_not_taken_into_use(home, plain_report, left):
    """The pointer moved, and the command that moved it failed."""
    names = []
    for customers in (2, 3):
        checked_candidate(home, customers=customers)
        names.append(publish(home, NIGHT))
    path = versions_folder(home) / names[0] / "manifest.json"
    path.chmod(0o600)
    path.write_text(left)
    with pytest.raises(GoldthreadError, match=f"{path}: damaged; docs/runbook.md"):
        rollback(home)
    assert current(home).name == names[1]


def test_rolling_back_says_what_there_is_when_it_cannot(home, plain_report):
    with pytest.raises(ConfigurationError, match="versions are none"):
        rollback(home)
    checked_candidate(home)
    name = publish(home, NIGHT)
    with pytest.raises(ConfigurationError, match=f"no version before the one in use; versions are {name}"):
        rollback(home)
    for wrong in ("20200101T000000000000Z-2020-01-01", "../versions", ""):
        with pytest.raises(ConfigurationError, match=f"versions are {name}"):
            rollback(home, wrong)
    assert current(home).name == name
