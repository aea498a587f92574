import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.errors import ConfigurationError
from tests.extract.exports import extracted, extracted_from, party, source_of
from tests.extract.random_world import is_told_twice, worlds
from tests.extract.specimens import Specimen
from tests.thorough import TIMES

LONDON = ZoneInfo("Europe/London")
SOURCE = source_of(format="whatsapp", channel="chat", own=["The Shop"], timezone="Europe/London", region="GB")
NAME = "WhatsApp Chat with Ann Archer.txt"
SPECIMEN = Specimen(
    SOURCE,
    {
        NAME: (
            b"20/11/2026, 09:58 - Messages and calls are end-to-end encrypted. Only people in this chat can read them.\n"
            b"20/11/2026, 10:00 - Ann Archer: Is it in stock?\nI mean the tent, call 07700 900456\n"
            b"20/11/2026, 10:01 - The Shop: Yes <This message was edited>\n"
            b"20/11/2026, 10:02 - Ann Archer: IMG-1.jpg (file attached)\nthis one\n"
            b"20/11/2026, 10:03 - Ann Archer: This message was deleted\n"
            b"20/11/2026, 10:04 - Ann Archer: Missed voice call\n"
            b"20/11/2026, 10:05 - The Shop: Voice call, 3 min\n"
        )
    },
    NAME,
    load=None,
    has_lines=True,
)


@pytest.mark.parametrize(
    "name", ["test_[[]mmddyy]_24hrs", "test_ddmmyy_24hrs", "test_mmddyy_24hrs", "test_mmddyyyy_12hrs", "test_yyyymmdd_24hrs"]
)
def test_sample_in_each_dialect_is_the_chat_that_its_authors_say(samples, name):
    source = source_of(format="whatsapp", channel="chat", own=["Nobody"], timezone="UTC", path=f"{name}.txt")
    outcome = extracted_from(samples / "chat/whatsapp", source)
    expected = json.loads((samples / "chat/whatsapp/target.json").read_text())
    assert [
        {
            "timestamp": record.occurred_at.strftime("%Y-%m-%dT%H:%M:%S"),
            "author": record.party_ref,
            "message": record.text.replace("\n", " "),
        }
        for record in outcome.records
    ] == expected[::-1]
    assert outcome.suppressed == {"a line that WhatsApp itself wrote": 3}
    assert not outcome.quarantined
    assert {record.reason for record in outcome.records} == {"group"}


# --- a writer of our own, by the dialect ---

DATES = {"dmy": "{d:02}{s}{m:02}{s}{y}", "mdy": "{m}{s}{d}{s}{y}", "ymd": "{Y}{s}{m:02}{s}{d:02}"}
IN_WORDS = {"English": "{word} {d}, {Y}", "German": "{d}. {word}. {Y}", "Spanish": "{d} de {word} de {Y}"}
MONTHS = {
    "English": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "German": ["Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"],
    "Spanish": ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"],
}


def stamp(moment, order, separator, seconds, half, narrow, short_year):
    year = moment.year % 100 if short_year else moment.year
    word = MONTHS[order][moment.month - 1] if order in MONTHS else ""
    shape = (DATES | IN_WORDS)[order]
    day = shape.format(d=moment.day, m=moment.month, word=word, y=f"{year:02}", Y=moment.year, s=separator)
    hour = f"{moment.hour % 12 or 12}" if half else f"{moment.hour:02}"
    clock = f"{hour}:{moment.minute:02}" + (f":{moment.second:02}" if seconds else "")
    if half:
        clock += narrow + half[0 if moment.hour < 12 else 1]
    return f"{day}, {clock}"


def render(messages, dialect):
    """Write a chat: ``(moment, author, text)`` each, as a phone set to ``dialect`` does."""
    shape, mark, end, *how = dialect
    lines = []
    for moment, author, text in messages:
        when = stamp(moment, *how)
        lines.append(f"{mark}[{when}] {author}: {mark}{text}" if shape == "iphone" else f"{when} - {author}: {text}")
    return end.join(line.replace("\n", end) for line in lines) + end


DIALECTS = st.tuples(
    st.sampled_from(["iphone", "android"]),
    st.sampled_from(["", "\u200e"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(sorted(DATES | IN_WORDS)),
    st.sampled_from("/.-"),
    st.just(True),
    st.sampled_from([None, ("AM", "PM"), ("a.m.", "p.m."), ("a. m.", "p. m."), ("am", "pm")]),
    st.sampled_from([" ", "\u202f", "\u00a0"]),
    st.booleans(),
)
LINES = st.text("abc xyzÄé😀:/-[]()!?,.0123", min_size=1, max_size=30).map(lambda line: f"so {line}".strip())
MESSAGES = st.lists(
    st.tuples(
        st.datetimes(datetime.fromisoformat("2019-01-01"), datetime.fromisoformat("2026-11-20")).map(
            lambda moment: moment.replace(microsecond=0)
        ),
        st.sampled_from(["The Shop", "Ann Archer"]),
        st.lists(LINES, min_size=1, max_size=3).map("\n".join),
    ),
    max_size=8,
).map(lambda messages: [(datetime.fromisoformat("2018-12-31 10:00"), "Ann Archer", "first"), *sorted(messages)])


@settings(max_examples=100 * TIMES)
@given(messages=MESSAGES, dialect=DIALECTS)
@example(
    messages=[(datetime.fromisoformat("2026-10-25 01:30"), "The Shop", "so")],
    dialect=("android", "", "\n", "dmy", "/", False, None, " ", False),
)
@example(
    messages=[(datetime.fromisoformat("2026-03-29 01:30"), "The Shop", "so")],
    dialect=("iphone", "\u200e", "\n", "mdy", "/", True, ("AM", "PM"), "\u202f", True),
)
def test_a_chat_comes_back_from_every_dialect_it_is_written_in(tmp_path_factory, messages, dialect):
    folder = tmp_path_factory.mktemp("chat")
    outcome = extracted(folder, {NAME: render(messages, dialect)}, SOURCE)
    assert not outcome.quarantined
    assert [(record.direction, record.text) for record in outcome.records] == [
        ("outbound" if author == "The Shop" else "inbound", text) for _, author, text in messages
    ]
    for record, (moment, _, _) in zip(outcome.records, messages, strict=True):
        flag = record.source_metadata.get("local_time")
        expected = moment.replace(second=moment.second if dialect[5] else 0)
        shown = record.occurred_at.astimezone(LONDON).replace(tzinfo=None)
        assert shown == (expected + timedelta(hours=1) if flag == "imaginary" else expected)


@settings(max_examples=100 * TIMES)
@given(world=worlds(), dialect=DIALECTS)
def test_a_random_world_comes_back(tmp_path_factory, world, dialect):
    order = dialect[3]
    source = SOURCE.model_copy(update={"date_order": order if order in DATES else None})
    world = sorted(world, key=lambda said: (said.thread, said.at))
    files = {}
    for said in world:
        who = "The Shop" if said.is_ours else f"Person {said.thread}"
        told = (said.at.astimezone(LONDON).replace(tzinfo=None), who, said.text)
        files.setdefault(f"WhatsApp Chat with Person {said.thread}.txt", []).append(told)
    outcome = extracted(
        tmp_path_factory.mktemp(order), {name: render(told, dialect) for name, told in files.items()}, source
    )
    assert not outcome.quarantined
    assert [(r.conversation_ref, r.direction, r.text, r.party_ref) for r in outcome.records] == [
        (
            f"WhatsApp Chat with Person {said.thread}",
            "outbound" if said.is_ours else "inbound",
            said.text,
            f"Person {said.thread}",
        )
        for said in world
    ]
    for record, said in zip(outcome.records, world, strict=True):
        if is_told_twice(said.at):
            assert record.source_metadata["local_time"] == "ambiguous"
        else:
            assert record.occurred_at == (said.at if dialect[5] else said.at.replace(second=0))
        assert ("account", "whatsapp", f"Person {said.thread}") in party(record)


@pytest.mark.parametrize(
    "head",
    [
        "[20.11.26, 10:00:00] ",
        "20.11.26, 10:00 - ",
        "20/11/26 10:00 - ",
        "20/11/26 10.00 - ",
        "2026-11-20 10:00 - ",
        "20.11.2026 klo 10.00 - ",
        "20.11.2026 kl. 10.00 - ",
        "20/11/2026 à 10:00 - ",
        "20. 11. 2026, 10:00 - ",
        "20/11/2026, 10:00 a.\u00a0m. - ",
        "\u200e[20/11/2026, 10:00:00\u202fAM] ",
        "\ufeff[20/11/2026 10:00:00] ",
    ],
)
def test_the_heads_of_lines_that_phones_write_are_understood(tmp_path, head):
    (record,) = extracted(tmp_path, {NAME: f"{head}Ann Archer: hello: you\n"}, SOURCE).records
    assert (record.occurred_at, record.text) == (datetime(2026, 11, 20, 10, tzinfo=UTC), "hello: you")


# --- the order of dates ---


def chat_of(*days):
    return "".join(f"{day}, 10:0{number} - Ann Archer: {number}\n" for number, day in enumerate(days))


@pytest.mark.parametrize(
    ("days", "declared", "first"),
    [
        pytest.param(["02/03/2026", "13/03/2026"], None, "2026-03-02", id="a day above 12, day first"),
        pytest.param(["02/03/2026", "02/13/2026"], None, "2026-02-03", id="a day above 12, month first"),
        pytest.param(["02/03/2026", "13/03/2026"], "mdy", "2026-03-02", id="the file outranks the configuration"),
        pytest.param(["01/02/2026", "05/02/2026", "01/03/2026"], None, "2026-02-01", id="only day first goes forward"),
        pytest.param(["02/01/2026", "02/05/2026", "03/01/2026"], None, "2026-02-01", id="only month first goes forward"),
        pytest.param(["05/05/2026", "06/06/2026"], None, "2026-05-05", id="the same either way"),
        pytest.param(["01/02/2026", "01/03/2026"], "mdy", "2026-01-02", id="declared, and forward both ways"),
        pytest.param(["11/02/2026", "03/09/2026"], "mdy", "2026-11-02", id="declared, and forward only the other way"),
        pytest.param(["02/03/2026"], "dmy", "2026-03-02", id="declared day first"),
        pytest.param(["02/03/2026"], "mdy", "2026-02-03", id="declared month first"),
        pytest.param(["26/03/02", "26/03/04"], "ymd", "2026-03-02", id="declared year first"),
        pytest.param(["2026/03/02"], None, "2026-03-02", id="the year in front"),
        pytest.param(["45/99/2026", "13/03/2026", "14/03/2026"], None, "2026-03-13", id="a corrupt line proves nothing"),
    ],
)
def test_the_order_of_dates_is_proven_by_the_file_or_declared(tmp_path, days, declared, first):
    source = SOURCE.model_copy(update={"date_order": declared})
    outcome = extracted(tmp_path, {NAME: chat_of(*days)}, source)
    assert outcome.records[0].occurred_at.date().isoformat() == first
    assert any("date_order" in reason for reason in outcome.warnings) == (days[0] == "11/02/2026")


@pytest.mark.parametrize(
    "days",
    [
        pytest.param(["02/03/2026"], id="one day"),
        pytest.param(["01/02/2026", "02/02/2026", "03/02/2026"], id="days that go forward either way"),
        pytest.param(["13/03/2026", "03/13/2026"], id="days that contradict each other"),
    ],
)
def test_an_open_order_of_dates_is_never_guessed(tmp_path, days):
    outcome = extracted(tmp_path, {NAME: chat_of(*days)}, SOURCE)
    assert outcome.records == []
    ((_, reason),) = outcome.quarantined
    assert "date_order" in reason


def test_the_hour_that_happens_twice_is_flagged(tmp_path):
    chat = "25/10/2026, 01:30 - Ann Archer: a\n"
    (record,) = extracted(tmp_path, {NAME: chat}, SOURCE).records
    assert record.occurred_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert record.source_metadata == {"local_time": "ambiguous"}


def test_a_source_without_a_zone_is_a_mistake_in_its_configuration(tmp_path):
    with pytest.raises(ConfigurationError, match=r"sources\.whatsapp\.timezone"):
        extracted(tmp_path, {NAME: chat_of("20/11/2026")}, source_of(format="whatsapp", channel="chat", own=["The Shop"]))
