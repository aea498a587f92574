import pytest

from pipelines.extract.values.fields import Drift, Fields, is_media, valid
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.record_times import maybe_instant

RECORD = {"id": 7, "name": "Jo\x00 \ud83d", "tags": ["a"], "open": True, "via": {"channel": "web"}, "gone": None}


@pytest.mark.parametrize(
    ("take", "reason"),
    [
        (lambda fields: fields.string("nmae"), "missing field 'nmae'"),
        (lambda fields: fields.string("id"), "'id' is not a text"),
        (lambda fields: fields.string("gone"), "'gone' is not a text"),
        (lambda fields: fields.number("name"), "'name' is no whole number"),
        (lambda fields: fields.number("open"), "'open' is no whole number"),
        (lambda fields: fields.ref("open"), "'open' is no id"),
        (lambda fields: fields.items("via"), "'via' is not a list"),
        (lambda fields: fields.fields("tags"), "'tags' is not a record"),
        (lambda fields: fields.boolean("id"), "'id' is not true or false"),
        (lambda fields: fields.fields("via").choice("channel", {"email": 1}), "a value we do not know"),
        (lambda fields: Fields({"a": "email\0"}).choice("a", {"email": 1}), "a value we do not know"),
    ],
)
def test_a_field_that_is_missing_or_of_another_kind_is_an_error_without_its_value(take, reason):
    with pytest.raises(UnreadableError, match=reason) as error:
        take(Fields(RECORD))
    assert "Jo" not in str(error.value)
    assert "web" not in str(error.value)


def test_a_field_that_may_be_absent_is_none_when_absent_or_null_and_strict_when_there():
    fields = Fields(RECORD)
    assert fields.maybe_string("gone") is None
    assert fields.maybe_string("never") is None
    assert fields.maybe_items("never") == []
    with pytest.raises(UnreadableError):
        fields.maybe_string("id")


def test_an_empty_id_or_time_is_an_absent_one_where_it_may_be_absent():
    fields = Fields({"phone": "", "at": "", "id": ""})
    assert fields.maybe_ref("phone") is None
    assert maybe_instant(fields, "at") is None
    with pytest.raises(UnreadableError, match="'id' is no id"):
        fields.ref("id")


def test_what_nobody_takes_is_left_and_told_once_a_file():
    issues = Issues()
    drift = Drift(issues, "a.json")
    for _ in range(3):
        fields = Fields(RECORD)
        fields.ref("id")
        drift.tell(fields, frozenset({"name", "tags", "open"}), usual=frozenset({"gone", "subject"}))
    assert issues.warnings["a.json"] == {"unknown field 'via'": 1, "unknown field 'gone'": 1, "field 'subject' is gone": 1}


def test_texts_are_valid_utf8_without_nul():
    assert Fields(RECORD).string("name") == "Jo ?"
    assert valid("naïve \U0001f600\0") == "naïve \U0001f600"


def test_media_is_told_by_its_first_bytes():
    assert is_media(b"\xff\xd8\xff\xe0 JFIF")
    assert is_media(b"\x00\x00\x00\x18ftypmp42")
    assert is_media(b"RIFF\x00\x00\x00\x00WEBPVP8 ")
    assert not is_media(b'{"messages": []}')
    assert not is_media(b"")
