"""Call records in other orders of columns and with other quotes than cdr_csv.c writes, as exchanges and databases do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipelines.extract.parts.asterisk_cdr.rows import COLUMNS, CUSTOM, NEWER, TABLE
from tests.extract.exports import extracted, party
from tests.extract.test_asterisk_cdr import ANN, BOB, SOURCE, STRANGE, cdr, freepbx, master, table


@pytest.mark.parametrize("columns", [CUSTOM, CUSTOM[:-1], TABLE], ids=["cdr_custom", "an older cdr_custom", "the table cdr"])
def test_other_orders_of_asterisks_own_are_told_by_what_stands_in_them(tmp_path, columns):
    starts = [f"2026-11-20 09:{minute:02}:00" for minute in range(60)]  # enough to be read by column
    rows = [cdr(sequence="41", calldate=start, start=start, uniqueid="") for start in starts]
    outcome = extracted(tmp_path, {"Master.csv": master(*rows, columns=columns)}, SOURCE)
    given = extracted(
        tmp_path / "headed", {"cdr.csv": table([{name: row[name] for name in columns} for row in rows])}, SOURCE
    )
    assert [replace(record, file="", position="") for record in outcome.records] == [
        replace(record, file="", position="") for record in given.records
    ]
    assert len(outcome.records) == len(rows)
    assert (outcome.quarantined, outcome.warnings) == ([], {})


def test_events_of_channels_are_set_aside_with_what_to_do(tmp_path):
    rows = "".join(",".join([event, *["x"] * 18]) + "\n" for event in ('"CHAN_START"', '"ANSWER"', '"LINKEDID_END"'))
    outcome = extracted(tmp_path, {"Master.csv": rows}, SOURCE)
    assert [(at, why.partition(",")[0]) for at, why in outcome.quarantined] == [
        (f"row {number}", "a channel's event (CEL)") for number in (1, 2, 3)
    ]


def test_a_report_of_other_columns_is_set_aside_with_what_to_do(tmp_path):
    row = ",".join(["2026-11-20 09:00:00", *["x"] * 24]) + "\n"
    ((_, why),) = extracted(tmp_path, {"cdr.csv": row}, SOURCE).quarantined
    assert why.startswith("25 columns where call records have 16 to 21: export the table cdr with the names of its columns")


@pytest.mark.parametrize("rows", [2, 200], ids=["row by row", "by column"])
def test_quotes_escaped_by_a_backslash_and_nulls_are_what_databases_write(tmp_path, rows):
    row = cdr(lastdata="", linkedid="NULL", peeraccount="", sequence="41")
    line = master(row, columns=(*COLUMNS, "uniqueid", "userfield", *NEWER))
    escaped = line.replace('"""Ann Archer"" <', '"\\"Ann Archer\\" <').replace('"NULL"', "\\N")
    assert escaped != line
    files = {"Master.csv": line.replace('"NULL"', "NULL") * rows}
    plain = extracted(tmp_path / "plain", files | {"b.csv": line.replace('"NULL"', '""')}, SOURCE)
    found = extracted(tmp_path, {"Master.csv": escaped * rows, "b.csv": escaped}, SOURCE)
    assert found.records == plain.records
    assert ("name", "", "Ann Archer") in party(found.records[0])
    assert (found.quarantined, plain.quarantined) == ([], [])


@pytest.mark.parametrize("rows", [2, 200], ids=["row by row", "by column"])
def test_a_table_between_tabs_has_quotes_like_other_characters(tmp_path, rows):
    row = freepbx(recordingfile="NULL")
    lines = ["\t".join(row), *["\t".join(row.values())] * rows]
    found = extracted(tmp_path, {"cdr.tsv": "".join(f"{line}\n" for line in lines)}, SOURCE)
    plain = extracted(tmp_path / "plain", {"cdr.tsv": table([row] * rows)}, SOURCE)
    assert found.records == plain.records
    assert (len(found.records), found.quarantined) == (rows, [])


@pytest.mark.parametrize("rows", [1, 200], ids=["row by row", "by column"])
@pytest.mark.parametrize(
    ("clid", "written", "count"),
    [
        pytest.param(f'"Ann Archer" <{ANN}>', f'""Ann Archer" <{ANN}>"', 1, id="a name"),
        pytest.param(f'"" <{ANN}>', f'""" <{ANN}>"', 1, id="no name"),
        pytest.param(f'"Archer, Ann" <{ANN}>', f'""Archer, Ann" <{ANN}>"', 1, id="a comma in the name"),
        pytest.param(f'"Ann" <{ANN}>', f'""Ann" B <{ANN}>"', 0, id="quotes that nothing tells apart"),
    ],
)
def test_caller_ids_whose_quotes_were_not_escaped_are_read_where_they_can_be_told(tmp_path, clid, written, count, rows):
    line = master(cdr(clid=clid))
    broken = line.replace('"' + clid.replace('"', '""') + '"', written)
    assert broken != line
    plain = extracted(tmp_path / "plain", {"Master.csv": line * rows}, SOURCE)
    found = extracted(tmp_path, {"Master.csv": broken * rows}, SOURCE)
    assert found.records == plain.records * count
    assert len(found.quarantined) == (0 if count else rows)


@pytest.mark.parametrize("rows", [1, 200], ids=["row by row", "by column"])
@pytest.mark.parametrize(
    ("row", "direction"),
    [
        pytest.param({"dst": "600", "dcontext": "ext-group"}, "inbound", id="a context of ours"),
        pytest.param({"dst": "600", "dcontext": "from-internal-xfer"}, "inbound", id="passed on"),
        pytest.param(
            {"src": "101", "dst": BOB, "dcontext": "from-internal"}, "outbound", id="passed on to a number outside"
        ),
        pytest.param({"dst": "600", "dcontext": "ours", "did": ""}, None, id="nothing dialled from outside"),
        pytest.param({"dst": "2000", "dcontext": "ext-queues", "did": ""}, "inbound", id="a caller in a queue"),
        pytest.param({"dst": "102", "dcontext": "from-queue", "did": ""}, "inbound", id="an agent that a queue rings"),
        pytest.param({"src": "", "dst": "102", "dcontext": "from-queue", "did": ""}, "inbound", id="a caller kept back"),
        pytest.param({"src": "101", "dst": "2000", "dcontext": "ext-queues", "did": ""}, "internal", id="one of us in it"),
        pytest.param({"src": "60777", "dst": "2000", "dcontext": "ext-queues"}, "inbound", id="a short number in it"),
        pytest.param({"dst": BOB, "dcontext": "from-queue", "did": ""}, None, id="an agent's number outside"),
    ],
)
def test_what_was_dialled_from_outside_tells_that_a_call_came_in(tmp_path, row, direction, rows):
    outcome = extracted(tmp_path, {"cdr.csv": table([freepbx(**row)] * rows)}, STRANGE)
    assert {record.direction for record in outcome.records} == {direction} - {None}
    assert len(outcome.quarantined) == (0 if direction else rows)


@pytest.mark.parametrize("rows", [1, 200], ids=["row by row", "by column"])
@pytest.mark.parametrize(
    ("changed", "second"),
    [
        pytest.param({"calldate": "2026-11-20 09:00:00.25"}, 0.25, id="parts of a second"),
        pytest.param({"calldate": "2026-11-20T10:00:00+01"}, 0, id="an offset"),
        pytest.param({"duration": "68.0000", "billsec": "61.0"}, 0, id="seconds with decimals"),
        pytest.param({"disposition": "8"}, 0, id="the outcome as a number"),
    ],
)
def test_what_databases_write_otherwise_is_the_same_call(tmp_path, changed, second, rows):
    (plain,) = extracted(tmp_path / "plain", {"cdr.csv": table([freepbx()])}, SOURCE).records
    found = extracted(tmp_path, {"cdr.csv": table([freepbx(**changed)] * rows)}, SOURCE)
    moment = plain.occurred_at + timedelta(seconds=second)
    assert found.records[-1] == replace(plain, occurred_at=moment, position=f"row {rows + 1}")
    assert (len(found.records), found.quarantined) == (rows, [])


def test_a_call_may_have_parts_of_a_second(tmp_path):
    (record,) = extracted(tmp_path, {"cdr.csv": table([freepbx(duration="68.5", billsec="61.25")])}, SOURCE).records
    assert (record.duration_seconds, record.source_metadata["ring_seconds"]) == (61.25, 7)
