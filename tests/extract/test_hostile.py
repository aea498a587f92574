"""Exports by somebody who means harm: contained, told in words of ours, and no good record beside them lost.

Each is read as a night reads it, into Parquet, by a process of its own whose time and memory are measured.
"""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.extract.landing.naming import shown_file
from pipelines.settings import PACKAGE_ROOT
from tests.extract import hostile_archives, hostile_files, hostile_json, hostile_mail, hostile_tables, hostile_texts
from tests.extract.exports import NIGHT
from tests.extract.hostile import HIDDEN
from tests.extract.soundness import assert_tellable

SECONDS, MEGABYTES = 5.0, 300
TABLES = (hostile_archives, hostile_files, hostile_json, hostile_mail, hostile_tables, hostile_texts)
CASES = [hostile for table in TABLES for hostile in table.CASES]


@pytest.fixture(scope="module")
def read():
    """Reads a source's files in a process of its own, and returns what it cost."""
    with subprocess.Popen(
        [sys.executable, "-c", "from tests.extract.hostile_child import main; main()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PACKAGE_ROOT,
    ) as child:  # fmt: skip

        def measured(source, inbox, lake):
            pickle.dump((source, str(inbox), lake), child.stdin)
            child.stdin.flush()
            return pickle.load(child.stdout)  # noqa: S301 - ours

        yield measured
        child.stdin.close()


@pytest.mark.parametrize("hostile", CASES)
def test_a_hostile_export_is_contained(hostile, read, tmp_path):
    inbox, lake = tmp_path / "inbox", tmp_path / "lake"
    write(inbox / hostile.source.name / NIGHT.isoformat(), hostile.files())

    cost = read(hostile.source, inbox, lake)

    assert not cost.raised, cost.raised
    tell(cost)
    assert cost.seconds < SECONDS
    assert cost.megabytes < MEGABYTES
    counts = cost.reading.files.values()
    taken, aside, ledger = (rows(lake, table) for table in ("interaction", "quarantine", "ledger"))
    taken += rows(lake, "profile")
    told = [text for row in aside for text in (row["position"], row["reason"])]
    told += [reason for each in counts for reason in (*each.warnings, *each.suppressed)]
    for text in (*told, *(shown_file(name, hostile.source.format) for name in cost.reading.files)):
        assert_tellable(text)
        assert HIDDEN not in text
    assert set(hostile.good) <= {row["source_ref"] for row in taken}, told[:5]
    assert not hostile.told or [text for text in told if hostile.told in text], told[:5]
    in_all = sum(each.read for each in counts)
    assert in_all == len(taken) + len(aside) + sum(each.suppressed.total() for each in counts)
    assert in_all == sum(row["read"] for row in ledger)
    assert hostile.others in (None, in_all - len(hostile.good)), told[:5]


def test_there_are_enough_of_them():
    assert len(CASES) >= 90


def write(folder, files):
    for name, content in files.items():
        path = folder / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def tell(cost):
    """Add a line to the file that GOLDTHREAD_HOSTILE_REPORT names, where it does."""
    if report := os.environ.get("GOLDTHREAD_HOSTILE_REPORT"):
        with Path(report).open("a") as lines:
            name = os.environ["PYTEST_CURRENT_TEST"].partition("[")[2].partition("] (")[0]
            lines.write(f"{cost.seconds:6.2f} s {cost.megabytes:5.0f} MB  {name}\n")


def rows(lake, table):
    return [row for path in lake.glob(f"{table}-*.parquet") for row in pq.read_table(path).to_pylist()]
