"""The whole night, run as a user runs it, on the committed sample world."""

import json
import shutil
import subprocess
import sys
from itertools import pairwise

import pytest

from pipelines.errors import SourceBroken, ValidationStopped
from pipelines.extract.landing.naming import shown_file
from pipelines.night import STAGES, raise_broken
from tests.worlds import copy_sample, digests, goldthread, made_once, nights_of, published, run_night

pytestmark = pytest.mark.night


@pytest.fixture(scope="module")
def three_nights(tmp_path_factory):
    """A home in which the three sample nights ran one after the other; not to be written to."""

    def run_all(home):
        for night in copy_sample(home):
            raise_broken(run_night(home, night).sources)

    return made_once(tmp_path_factory, "three_nights", run_all)


@pytest.fixture
def home(three_nights, tmp_path):
    """A copy of those three nights to spoil."""
    return shutil.copytree(three_nights, tmp_path / "home", symlinks=True)


def test_every_record_has_exactly_one_membership_and_every_file_closes(three_nights):
    with published(three_nights) as con:
        open_files = con.execute(
            "FROM meta.ledger WHERE read != accepted + duplicate + suppressed + quarantined OR read = 0"
        ).fetchall()
        assert open_files == []
        (twice,) = con.execute(
            "SELECT count(*) FROM (FROM golden.membership SELECT source, source_ref GROUP BY ALL HAVING count(*) > 1)"
        ).fetchone()
        assert twice == 0
        interactions, members = con.execute(
            "SELECT (SELECT count(*) FROM golden.interaction),"
            " (SELECT count(*) FROM golden.membership WHERE record_kind = 'interaction')"
        ).fetchone()
        assert interactions == members > 500


def test_each_value_of_the_golden_record_leads_to_a_line_of_an_export_that_is_there(three_nights):
    with published(three_nights) as con:
        files = con.execute("SELECT DISTINCT file FROM golden.lineage").fetchall()
    assert len(files) > 5
    assert [file for (file,) in files if not (three_nights / "inbox" / file).is_file()] == []


def test_running_the_last_night_again_leaves_the_same_rows_and_ids(home):
    before = digests(home)
    raise_broken(run_night(home, nights_of(home)[-1]).sources)
    assert digests(home) == before


def test_running_an_old_night_again_leaves_the_same_customers(home):
    before = digests(home)
    raise_broken(run_night(home, nights_of(home)[0]).sources)
    after = digests(home)
    told_by_night = {"golden.change", "meta.run", "meta.check"}
    assert {name for name in before if before[name] != after[name]} <= told_by_night


def test_nights_out_of_order_find_the_same_people(three_nights, tmp_path):
    home = tmp_path / "home"
    first, second, third = copy_sample(home)
    for night in (first, third, second):
        raise_broken(run_night(home, night).sources)

    def people(place):
        with published(place) as con:
            rows = con.execute(
                "SELECT list_sort(list(source || ' ' || source_ref)) FROM golden.membership"
                " WHERE customer_id IS NOT NULL GROUP BY customer_id"
            ).fetchall()
        return {tuple(records) for (records,) in rows}

    assert people(home) == people(three_nights)


def test_the_night_runs_without_airflow(home):
    """The command line neither needs nor imports it."""
    code = (
        "import sys; sys.modules['airflow'] = None\n"  # importing it would raise
        f"sys.argv = ['goldthread', 'run', '--night', '{nights_of(home)[-1]}', '--home', '{home}']\n"
        "from pipelines.cli import main\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = [line.split(" ", 1)[1] for line in done.stderr.splitlines() if line.endswith("…")]
    assert told == [f"{stage} {nights_of(home)[-1]} …" for stage in STAGES]  # the terminal is never silent for long


def test_a_failed_critical_expectation_stops_the_publish_and_the_version_in_use_stays(home):
    current = (home / "published" / "current").resolve()
    suite = home / "config" / "expectations" / "customer.yml"
    suite.parent.mkdir(parents=True)
    suite.write_text("- type: expect_table_row_count_to_be_between\n  kwargs: {min_value: 1000000}\n  severity: critical\n")
    with pytest.raises(ValidationStopped) as stopped:
        run_night(home, nights_of(home)[-1])
    assert stopped.value.exit_code == 3
    assert "  customer: expect_table_row_count_to_be_between: observed " in str(stopped.value)
    assert (home / "published" / "current").resolve() == current
    suite.write_text(suite.read_text().replace("critical", "warning"))
    run_night(home, nights_of(home)[-1])
    assert (home / "published" / "current").resolve() != current


def spoil_json_line(path):
    lines = path.read_bytes().splitlines(keepends=True)
    lines[len(lines) // 2] = b'{"id": "half a line\n'
    path.write_bytes(b"".join(lines))


def truncate(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


def rename_column(path):
    head, rest = path.read_bytes().split(b"\n", 1)
    path.write_bytes(head.replace(b"Email", b"Electronic") + b"\n" + rest)


def empty(path):
    path.write_bytes(b"")


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param(
            {
                "helpdesk/{night}/*tickets*": spoil_json_line, "calls/{night}/*": truncate, "sms/{night}/*": truncate,
                "crm/{night}/*": truncate, "messenger/{night}/**/message_1.json": truncate,
                "social_x/{night}/**/tweets.js": truncate, "support_mail/{night}/*": truncate,
            },
            id="a corrupt line of NDJSON, all else cut",
        ),
        pytest.param(
            {"helpdesk/{night}/*tickets*": truncate, "crm/{night}/*": rename_column}, id="NDJSON cut, a column renamed"
        ),
        pytest.param(
            {"support_mail/{night}/*": empty, "crm/{night}/*": empty, "whatsapp/{night}/*.txt": empty},
            id="empty mail, CSV, chat",
        ),
        pytest.param({"sms/{night}/*": empty, "helpdesk/{night}/*tickets*": empty}, id="empty Parquet and NDJSON"),
    ],
)  # fmt: skip
def test_spoilt_files_end_in_quarantine_with_their_places_and_the_rest_is_published(tmp_path, spoilt):
    home = tmp_path / "home"
    night = copy_sample(home)[0]
    names = {}
    for pattern, spoil in spoilt.items():
        path = sorted((home / "inbox").glob(pattern.format(night=night)))[0]
        spoil(path)
        names[pattern.split("/")[0]] = str(path.relative_to(home / "inbox"))
    report = run_night(home, night)
    with published(home) as con:
        places = con.execute("SELECT file, position, reason FROM meta.quarantine").fetchall()
        (interactions,) = con.execute("SELECT count(*) FROM golden.interaction").fetchone()
        sources = {source for (source,) in con.execute("SELECT DISTINCT source FROM golden.membership").fetchall()}
        open_files = con.execute("FROM meta.ledger WHERE read != accepted + duplicate + suppressed + quarantined").fetchall()
    assert {file for file, _, _ in places} >= set(names.values())
    assert all(position and reason for _, position, reason in places)
    assert interactions > 200
    assert sources >= {source.source for source in report.sources} - set(names)
    assert open_files == []
    broken = {source.source for source in report.sources if source.status == "broken"}
    assert broken <= set(names)
    if broken:
        with pytest.raises(SourceBroken) as told:
            raise_broken(report.sources)
        for source in broken:
            assert shown_file(names[source], source) in str(told.value)


def test_a_source_that_broke_its_bounds_ends_the_command_with_its_own_exit_code_after_the_rest_is_published(tmp_path):
    home = tmp_path / "home"
    night = copy_sample(home)[0]
    rename_column(home / "inbox" / "crm" / night / "customers.csv")
    done = goldthread("run", "--night", night, home=home)
    assert done.returncode == 4, done.stderr
    assert f"crm/{night}/customers.csv" in done.stderr
    with published(home) as con:
        assert con.execute("SELECT count(*) > 200 FROM golden.interaction").fetchone() == (True,)


def test_a_night_that_validation_stops_tells_the_source_that_broke_and_where(tmp_path):
    home = tmp_path / "home"
    (home / "config").mkdir(parents=True)
    (home / "config" / "sources.yml").write_text(
        "sources: {crm: {format: table, kind: profile, channel: crm, path: 'crm/{night}/*.csv',"
        " columns: {source_ref: id, email: mail}}}\n"
    )
    (home / "inbox" / "crm" / "2026-11-20").mkdir(parents=True)
    (home / "inbox" / "crm" / "2026-11-20" / "customers.csv").write_text("id,e_mail\n1,ann@x.example\n")
    with pytest.raises(ValidationStopped) as stopped:
        run_night(home, "2026-11-20")
    assert "observed 0, expected at least 1" in str(stopped.value)
    assert "crm/2026-11-20/customers.csv, after the beginning: wrong column: 'mail' is not in the file" in str(stopped.value)


def test_a_night_for_which_nothing_arrived_is_an_error_that_names_the_places_looked_in(tmp_path):
    home = tmp_path / "home"
    copy_sample(home)
    done = goldthread("run", "--night", "2031-01-01", home=home)
    assert done.returncode == 4
    assert "support_mail/2031-01-01" in done.stderr


def test_another_writer_ends_the_command_with_its_own_exit_code(home):
    from pipelines.lock import hold

    with hold(home / "writer.lock"):
        assert goldthread("run", "--night", nights_of(home)[-1], home=home).returncode == 5


def test_what_is_printed_and_logged_names_no_person(three_nights):
    night = nights_of(three_nights)[-1]
    done = goldthread("extract", "--night", night, "--json", home=three_nights)
    with published(three_nights) as con:
        values = con.execute(
            "SELECT DISTINCT value FROM golden.identifier WHERE kind IN ('email', 'phone', 'name') AND length(value) > 6"
        ).fetchall()
    report = (three_nights / "published" / "current" / "report.html").read_text()
    manifest = (three_nights / "published" / "current" / "manifest.json").read_text()
    said = done.stdout + done.stderr + report + manifest
    assert json.loads(done.stdout)
    assert [value for (value,) in values if value in said] == []


def test_versions_sort_by_time_and_rolling_back_moves_the_pointer(home):
    versions = json.loads(goldthread("versions", "--json", home=home).stdout)
    names = [version["version"] for version in versions]
    assert all(earlier < later for earlier, later in pairwise(sorted(names)))
    current = (home / "published" / "current").resolve().name
    assert goldthread("rollback", home=home).returncode == 0
    assert (home / "published" / "current").resolve().name == sorted(names)[-2]
    assert goldthread("rollback", current, home=home).returncode == 0
    assert (home / "published" / "current").resolve().name == current


@pytest.mark.parametrize(
    ("spoil", "state"),
    [(lambda part: part.write_bytes(part.read_bytes()[:-9]), "damaged"), (lambda part: part.unlink(), "gone")],
)
def test_a_part_of_the_lake_that_is_damaged_or_gone_is_told_with_its_file_and_the_mend(home, spoil, state):
    before, night = digests(home), nights_of(home)[-1]
    part = max((home / "lake").glob("*/*/interaction*.parquet"), key=lambda file: file.stat().st_size)
    spoil(part)
    done = goldthread("resolve", "--night", str(night), home=home)
    assert done.returncode == 1
    assert f"{part}: {state}; put its folder back from a backup" in done.stderr
    shutil.move(part.parent, home / "aside")
    spoilt = part.parent.name
    raise_broken(run_night(home, spoilt).sources)
    after = digests(home)
    told_by_night = {"golden.change", "meta.run", "meta.check"}
    assert {name for name in before if before[name] != after[name]} <= told_by_night
