"""What fuzzing has kept: contents that reach all parts of the code, and those that once broke it (``find-…``)."""

import pytest

from fuzz.targets import CORPUS, TARGETS, targets

KNOWN = targets()


@pytest.mark.parametrize("name", KNOWN)
def test_what_fuzzing_has_kept_is_read_without_a_find(name):
    contents = [*KNOWN[name].seeds, *(file.read_bytes() for file in sorted((CORPUS / name).iterdir()))]
    for content in contents:
        KNOWN[name].read(content)
    assert len(contents) > len(KNOWN[name].seeds), "run: python -m fuzz --keep"


def test_every_format_is_fuzzed():
    assert set(KNOWN) == set(TARGETS)
    assert {folder.name for folder in CORPUS.iterdir()} == set(TARGETS)
