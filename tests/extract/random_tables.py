"""Random tables, most of whose rows are plain: CSV, JSON and Parquet in their dialects, damaged now and then."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from tests.extract.tables import ANN, CALL, CALLS, COLUMNS, CRM, HEADER, changed, csv_of, jsonl

PEOPLE = changed(CRM, timezone="Europe/London", own=["desk@shop.example", "*@ours.example", "+44 7700 900999"])
LOOSE_COLUMNS = {"city": ["City", "Country"], "consent.voice": "SmsOk", "opt_out.email": ["SmsOk", "MailOk"]}
LOOSE = changed(CRM, region=None, date_order=None, columns=COLUMNS | LOOSE_COLUMNS)
TALKS = changed(
    CALLS,
    channel="sms",
    timezone="Europe/London",
    date_order="dmy",
    own=["+44 20 7946 0000", "The Shop"],
    references=[r"\bGT-\d{4,6}\b", r"ticket (\w+)"],
    columns=CALLS.columns | {"updated_at": "changed", "agent_ref": ["agent", "owner"], "party.handle.x": "twitter"},
)
CONSENTING = changed(TALKS, channel="chat", columns=TALKS.columns | {"consent.sms": "public", "consent.email": "status"})
MAILS = changed(TALKS, channel="email")
LOGS = changed(TALKS, channel="voice", columns=TALKS.columns | {"party.phone": ["number", "mail", "caller"]})
COMPLAINT = CALL | {"changed": "2026-11-20T10:00:00Z", "owner": "", "twitter": "", "public": "", "subject": "", "parent": ""}
SAMPLES = {PEOPLE.name: ANN, TALKS.name: COMPLAINT}

# What stands in any column now and then.
STRANGE = st.sampled_from([
    "", " ", "x", "Ann", " Ann ", "Zoë Müller", "e\u0301", "a\u200bb", "a\u202eb", "a\nb", "a\r\nb", "\u00a0x\u00a0",
    "\x1cx", "\x85", "x\x7f", "none",
    "NULL", " n/a ", "\\N", "0", "3.0", "1.2E+11", "a+b", '"', '""', 'a "b" c', "[1]", '{"a": 1}', "[Leeds]",
    ",;\t|", "\ufeffx", "İstanbul", "😀", "yes", "No", "perhaps", "true", "1", "inbound", "OUT", "sideways", "in", "61",
    "61.5", "0:01:05", "1:05", ".5", "-1", "1,5", "ann@mail.example", "Ann@Mail.Example", "ann@xn--bcher-kva.example",
    "desk@shop.example", "x@ours.example", "a@b", "<ann@mail.example>", "mailto:ann@mail.example", "anné@mail.example",
    "ann+shop@mail.example", "desk+7@shop.example", "+447700900123", "07700 900123", "+44 7700 900999", "020 7946 0000",
    "ask", "112", "+1 202 555 0143", "+49 30 123456", "tel:+447700900123", "The Shop", "the  shop", "O'Neill", "'Ann'",
    "1e99", "Ann Archer", "ann@mail.example Archer", "@AnnA", "https://x.com/AnnA/", "2026-11-20T09:00:00Z",
    "2026-11-20 09:00:00", "2026-11-20T09:00:00.123+05:30", "2026-11-20T09:00:00.123456Z", "2026-11-20",
    "20/11/2026 09:00", "2026-02-30T09:00:00Z", "2026-10-25T01:30:00", "2026-03-29 01:30:00", "1970-01-01T00:00:00Z",
    "2031-01-01T00:00:00Z", "1989-12-31T23:59:59Z", "2026-11-22T00:00:00Z", "0001-01-01T00:00:00+14:00", "lately",
    "29/02/1980", "1980-02-29", "31/02/1980", "03/04/80", "Re: GT-1001",
    "GT-\u200b1001", "no-reply@mail.example", "MAILER-DAEMON@mail.example",
])  # fmt: skip
SAID = st.sampled_from([
    "stop", "STOP", "n/a", "please stop texting me", "Start", "unstop", "no more texts", "do not text me", "opt out",
    "hello", "please unsubscribe me", "Unsubscribe?", "put me back on your list", "my order is GT-1001",
    "gt-100234 and GT-12345", "ticket abc", "write to ann2@mail.example", "call 07700 900123",
    "call +44 7700 900124.", "I'm @ann_x on X", "my insta is ann.x1", "IG: ann.x", "find me at t.me/ann", "my xbox",
    "x" * 70, "Grüße, Zoë", "a\nb\r\nc\rd", "\u0660\u0667\u0667\u0660\u0660 \u0669\u0660\u0660\u0661\u0662\u0663",
    "\uff0b447700900123", "GT-\u0661\u0662\u0663\u0664", "GT-1001é", "t\u0131cket abc", "TİCKET abc",
    "\u212a 07700\u00a0900\u2011124",
    "thanks\n\nOn Mon, 2 Mar 2026 at 09:00, Bob <bob@mail.example> wrote:\n> GT-1002, 07700 900124",
    "hello\n-- \nAnn\n+447700900124", " hello ", "> bob@mail.example\nnot mine",
])  # fmt: skip
TEXTS = st.one_of(SAID, st.lists(SAID, min_size=2, max_size=3).map(" ".join), st.text(max_size=20))
TYPED = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(),
    st.lists(st.sampled_from(["+447700900123", "Ann", 7, None]), max_size=3),
    st.dictionaries(st.sampled_from("ab"), st.integers(), max_size=1), st.sampled_from(["\ud800", "a\0b", "\0"]),
)  # fmt: skip


def rows(source, values=STRANGE):
    """Lists of rows that are mostly plain: a few cells are anything, or what another cell of the row is."""
    plain = SAMPLES[source.name]
    columns = sorted({name for each in source.columns.values() for name in ([each] if isinstance(each, str) else each)})
    numbers = ["Phone", "Mobile"] if source.name == PEOPLE.name else columns
    odd = st.dictionaries(st.sampled_from(columns), values, max_size=2)
    copied = st.tuples(st.sampled_from(numbers), st.sampled_from(numbers))
    said = st.fixed_dictionaries({}, optional={"note": TEXTS} if source.name == TALKS.name else {})

    def row(number, odd, said, copied):
        made = {name: plain.get(name, "") for name in columns} | ids(source, number) | said | odd
        return made | {to: made[of] for of, to in [copied]}

    return st.lists(st.builds(row, st.integers(0, 40), odd, said, copied), max_size=12)


def ids(source, number):
    if source.name == TALKS.name:
        at = datetime(2026, 11, 20, 9, tzinfo=UTC) + timedelta(number)
        return {
            "call_id": f"CA{number}",
            "started_at": at.isoformat(),
            "direction": ("inbound", "Outbound", "internal")[number % 3],
        }
    return {"Id": f"C{number}", "Email": f"ann{number}@mail.example", "Mobile": f"+4477009001{number:02d}"}


@st.composite
def csv_files(draw, source):
    written = draw(rows(source))
    header = sorted(written[0]) if written else HEADER
    how = {
        "delimiter": draw(st.sampled_from(",;\t|")),
        "quoting": draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        "lineterminator": draw(st.sampled_from(["\n", "\r\n"])),
    }
    content = csv_of(*written, header=header, **how).encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])))
    if draw(st.integers(0, 3)) == 0:
        content = content.decode("utf-8", "replace").encode("cp1252", "replace")
    return damaged(draw, content)


def damaged(draw, content):
    """Content with something put into it somewhere, and perhaps cut off."""
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2, 5]))):
        at = draw(st.integers(0, len(content)))
        junk = draw(
            st.sampled_from(
                [
                    b'"',
                    b'""',
                    b"\n",
                    b"\r",
                    b"\r\n",
                    b"\n\n",
                    b"\0",
                    b",",
                    b";",
                    b"\xff",
                    b"\xef\xbb\xbf",
                    b"\xc3",
                    b"[",
                    b"}",
                    b"{}\n",
                    b" \n",
                ]
            )
        )
        content = content[:at] + junk + content[at:]
    return content[: draw(st.sampled_from([None, None, None, -1, -7]))]


@st.composite
def json_files(draw, source):
    written = draw(rows(source, st.one_of(STRANGE, TYPED)))
    for row in written:
        for name in draw(st.lists(st.sampled_from(sorted(row)), max_size=1)):
            if draw(st.integers(0, 5)) == 0:
                del row[name]
        row |= draw(st.dictionaries(st.sampled_from(["mood", "ann@mail.example", "colour"]), st.integers(0, 3), max_size=1))
    write = draw(st.sampled_from([lambda rows: jsonl(*rows), lambda rows: jsonl(*rows).replace("\n", "\r\n"), json.dumps]))
    return damaged(draw, write(written).encode())


@st.composite
def parquet_files(draw, source):
    written = draw(rows(source).filter(bool))
    columns = {name: pa.array([str(row[name]) for row in written], pa.string()) for name in written[0]}
    for name in draw(st.lists(st.sampled_from(sorted(columns)), max_size=3, unique=True)):
        as_type = draw(
            st.sampled_from(
                [
                    pa.large_string(),
                    pa.dictionary(pa.int32(), pa.string()),
                    pa.int64(),
                    pa.bool_(),
                    pa.float64(),
                    pa.timestamp("us", "UTC"),
                    pa.list_(pa.string()),
                ]
            )
        )
        values = (
            columns[name].to_pylist()
            if pa.types.is_large_string(as_type) or pa.types.is_dictionary(as_type)
            else draw(st.lists(typed(as_type), min_size=len(written), max_size=len(written)))
        )
        columns[name] = (
            pa.array(values, pa.string()).dictionary_encode()
            if pa.types.is_dictionary(as_type)
            else pa.array(values, as_type)
        )
    page = io.BytesIO()
    pq.write_table(pa.table(columns), page, row_group_size=draw(st.sampled_from([2, 100])))
    return page.getvalue()


def typed(kind):
    some = {
        pa.int64(): st.integers(-3, 1 << 60), pa.bool_(): st.booleans(), pa.float64(): st.floats(),
        pa.timestamp("us", "UTC"): st.datetimes(datetime(1980, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001
    }  # fmt: skip
    return st.none() | some.get(kind, st.lists(st.sampled_from(["+447700900123", "Ann", ""]), max_size=2))


SOURCES = st.sampled_from([PEOPLE, LOOSE, TALKS, MAILS, LOGS, CONSENTING])
