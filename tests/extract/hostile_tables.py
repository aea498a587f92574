"""CSV and Parquet made to overwhelm whoever opens them, or to run in the spreadsheet of whoever sees the rows."""

import io

import pyarrow as pa
import pyarrow.parquet as pq

from tests.extract.hostile import GOOD, HIDDEN, MB, Hostile, case
from tests.extract.tables import ANN, CRM, HEADER, SMS, TEXT, TYPES, csv_of, parquet

PEOPLE = [ANN | {"Id": ref} for ref in GOOD]


def between_rows(name, make, told="", *, others=1):
    """A case of some text between two good rows of a CSV."""
    before, after = (csv_of(person, header=HEADER).encode() for person in PEOPLE)
    after = after.partition(b"\n")[2]
    return case(name, Hostile(CRM, lambda: {"a.csv": before + make() + b"\r\n" + after}, GOOD, others, told))


def row(**more):
    return csv_of(ANN | {"Id": "bad"} | more).encode().partition(b"\n")[2].rstrip()


def whole(name, make, told="", *, good=(), others=1):
    return case(name, Hostile(CRM, lambda: {"a.csv": make()}, good, others, told))


def packed(name, make, told="", *, good=(), others=1):
    return case(name, Hostile(SMS, lambda: {"a.parquet": make()}, good, others, told))


def written(columns, rows, *, schema=None, **how):
    """Parquet of a few rows' worth of columns, written again and again."""
    page = io.BytesIO()
    table = pa.table(columns, schema=schema)
    with pq.ParquetWriter(page, table.schema, **how) as writer:
        for _ in range(rows):
            writer.write_table(table)
    return page.getvalue()


def repeated(number, **more):
    """A table of the same row, its values kept once."""
    values = TEXT | more
    return {
        name: pa.DictionaryArray.from_arrays(pa.array([0] * number, pa.int32()), pa.array([values[name]], kind))
        if kind == pa.string()
        else pa.array([values[name]] * number, kind)
        for name, kind in TYPES.items()
    }


def two(**types):
    return parquet([TEXT | {"sid": ref} for ref in GOOD], TYPES | types)


def overwritten(content, at, put):
    content = bytearray(content)
    content[at : at + len(put) or None] = put
    return bytes(content)


def lying_footer(number):
    content = two()
    return content[:-8] + number.to_bytes(4, "little") + b"PAR1"


def strange(name, array):
    """A table with one column of another type than its place in the mapping."""
    columns = {each: pa.array([TEXT[each]], kind) for each, kind in TYPES.items()} | {name: array}
    return written(columns, 1)


CASES = [
    between_rows("a line of 50 MB in a CSV", lambda: b"x" * 50 * MB, "longer than"),
    between_rows("a line of 15 MB in a CSV", lambda: b"x" * 15 * MB),
    between_rows("a cell of 3 MB", lambda: row(Street="x" * 3 * MB)),
    between_rows("a quote that is never closed", lambda: b'"' + row()),
    between_rows("a quote that is closed 100,000 lines later", lambda: b'"' + b"x\n" * 100_000 + b'"', others=None),
    between_rows("a hundred thousand quotes", lambda: b'"' * 100_001),
    between_rows("a hundred thousand lines of a quote", lambda: b'"\n' * 20_000, others=None),
    between_rows("a million cells", lambda: b"," * 1_000_000),
    between_rows("a cell that is a formula", lambda: row(FirstName="=cmd|' /C calc'!A0", LastName="@SUM(1)")),
    between_rows("a name of 10 MB in a CSV", lambda: row(Name=HIDDEN + "x" * 10 * MB)),
    between_rows("a date of 5,000 digits", lambda: row(Birthdate="9" * 5_000, LastModified="1" * 5_000)),
    between_rows("NUL in a row", lambda: row(FirstName="A\0n\0n")),
    between_rows("line ends of other systems", lambda: row(FirstName="a\rb", LastName="a\x0bb\x85c\u2028d")),
    between_rows("a row of control characters", lambda: row(FirstName="\x1b[2J", City="\x07\x08\x9b")),
    between_rows("half UTF-8", lambda: row(FirstName="Zoë").replace(b"\xc3\xab", b"\xc3"), others=None),
    whole("a million columns", lambda: b",".join(b"c%d" % n for n in range(1_000_000)) + b"\n1\n", "header"),
    whole("a header of 50 MB", lambda: b"Id," + b"x" * 50 * MB + b"\nC1,1\n", others=None),
    whole(
        "the same column a thousand times",
        lambda: b",".join([b"Id"] * 1_000) + b"\n" + b",".join([b"1"] * 1_000),
        others=None,
    ),
    whole("a CSV of NUL", lambda: bytes(20 * MB), others=None),
    whole("a CSV in UTF-16 of half a letter", lambda: csv_of(*PEOPLE).encode("utf-16")[:-1], good=GOOD[:1], others=None),
    whole(
        "a line of 50 MB in UTF-16",
        lambda: (csv_of(PEOPLE[0]) + "x" * 25 * MB + "\r\n" + csv_of(PEOPLE[1]).partition("\n")[2]).encode("utf-16"),
        good=GOOD,
    ),
    whole("a CSV of delimiters", lambda: b";,\t|" * 2 * MB, others=None),
    packed(
        "a billion rows of one value in a Parquet file",
        lambda: written(repeated(1_000_000), 20, compression="zstd"),
        others=None,
    ),
    packed(
        "a Parquet file of one text of 10 MB, repeated",
        lambda: written(repeated(1_000, body="x" * 10 * MB), 1, compression="zstd"),
        "bomb",
        others=None,
    ),
    packed(
        "a Parquet file of texts of 1 MB",
        lambda: written(
            {n: pa.array([TEXT[n]] * 100, k) for n, k in TYPES.items()} | {"body": pa.array(["x" * MB] * 100)},
            2,
            compression="zstd",
            use_dictionary=False,
        ),
        "bomb",
        others=None,
    ),
    packed("a Parquet file of ten thousand row groups", lambda: written(repeated(1), 10_000), others=None),
    packed(
        "a Parquet file of ten thousand columns",
        lambda: written({f"c{n}": pa.array([1]) for n in range(10_000)}, 1),
        "column",
    ),
    packed("a Parquet file cut in its footer", lambda: two()[:-20], "damaged"),
    packed("a Parquet file cut in its middle", lambda: two()[: len(two()) // 2], "damaged"),
    packed("a Parquet file of signatures", lambda: b"PAR1" * 1_000, "damaged"),
    packed("a Parquet file with a footer of 4 GB", lambda: lying_footer(2**32 - 1), "damaged"),
    packed("a Parquet file with a footer of 0 bytes", lambda: lying_footer(0), "damaged"),
    packed("a Parquet file with a footer that is encrypted", lambda: two()[:-4] + b"PARE", "damaged"),
    packed("a Parquet file of damaged pages", lambda: overwritten(two(), 4, b"\xff" * 200), "damaged"),
    packed("a text that is a list", lambda: strange("body", pa.array([[["x"]]])), others=1),
    packed("a text that is a record", lambda: strange("body", pa.array([{"a": {"topsecret": 1}}])), others=1),
    packed("an id of bytes", lambda: strange("sid", pa.array([b"\xff\xfe"])), others=1),
    packed(
        "a time of the year 292277",
        lambda: strange("sent_at", pa.array([2**63 - 1], pa.timestamp("us", tz="UTC"))),
        others=1,
    ),
    packed(
        "a time before the year 0", lambda: strange("sent_at", pa.array([-(2**62)], pa.timestamp("ms", tz="UTC"))), others=1
    ),
    packed(
        "a time of an unknown zone",
        lambda: strange("sent_at", pa.array([1], pa.timestamp("ms", tz="Mars/Olympus"))),
        others=1,
    ),
    packed("an id that is no number", lambda: strange("sid", pa.array([float("nan")])), others=1),
    packed("a Parquet file of two good rows", two, good=GOOD, others=0),
]
