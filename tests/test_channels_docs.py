"""The page of the channels: every format has its section and an entry to start from, and both say what is so."""

import re
from pathlib import Path

import pytest

from pipelines.extract.landing.reading import FORMATS, format_module
from pipelines.extract.table import mapping_of
from pipelines.settings import load_sources

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = (DOCS / "channels.md").read_text(encoding="utf-8")
SOURCES = load_sources(DOCS / "sources-of-every-format.yml")
ANSWERS = ("To get it", "Taken", "Left", "A person is known by", "Not known", "Where it breaks")


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_says_how_to_get_it_what_is_taken_and_what_is_not_known(format_):
    section = re.search(rf'^<a id="{format_}"></a>\n## `{format_}`: .+?(?=^<a id|^# |\Z)', PAGE, re.MULTILINE | re.DOTALL)
    assert section, "no section"
    assert re.findall(r"^- \*\*(.+?)\*\*", section[0], re.MULTILINE) == list(ANSWERS)


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_has_an_entry_to_start_from(format_):
    (source,) = [source for source in SOURCES.values() if source.format == format_]
    assert format_module(format_)
    assert "{night}" in source.path
    if format_ == "table":
        assert mapping_of(source)
