"""A vendor changes its export: a field is renamed, dropped, of another type, nested, new. No value is lost in silence."""

import copy
from dataclasses import asdict

import pytest

from tests.extract.specimens import specimens

SPECIMENS = {name: specimen for name, specimen in specimens().items() if specimen.load}
AT_LEAST = 40  # changes that each format is put to


def fields_of(tree, name=(), at=()):
    """Every field once: its dotted name, and the way to the first record that has it."""
    found = {}
    if isinstance(tree, dict):
        for key, value in tree.items():
            found.setdefault(".".join((*name, key)), (*at, key))
            for inner, way in fields_of(value, (*name, key), (*at, key)).items():
                found.setdefault(inner, way)
    elif isinstance(tree, list):
        for number, item in enumerate(tree):
            for inner, way in fields_of(item, name, (*at, number)).items():
                found.setdefault(inner, way)
    return found


def rename(record, name):
    record[f"{name}_v2"] = record.pop(name)


def drop(record, name):
    del record[name]


def retype(record, name):
    value = record[name]
    record[name] = [value] if isinstance(value, str | bool | int | float) or value is None else "text"


def nest(record, name):
    record[name] = {"value": record[name]}


def add(record, name):
    record["goldthread_has_never_seen_this"] = "news"


CHANGES = (rename, drop, retype, nest, add)
FIELDS = {format_: fields_of(specimen.load(specimen.content)) for format_, specimen in SPECIMENS.items()}


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory):
    """What each specimen gives as it is."""
    found = {}
    for format_, specimen in SPECIMENS.items():
        found[format_] = specimen.read(tmp_path_factory.mktemp(format_))
        assert not found[format_].quarantined, format_
    return found


@pytest.mark.parametrize(
    "format_", [pytest.param(name, id=f"{len(CHANGES) * len(fields)} changes of {name}") for name, fields in FIELDS.items()]
)
def test_a_changed_field_is_set_aside_or_told_or_was_never_taken(tmp_path, unchanged, format_):
    changes = [(change, name) for name in FIELDS[format_] for change in CHANGES]
    assert len(changes) >= AT_LEAST
    silent = []
    for number, (change, name) in enumerate(changes):
        folder = tmp_path / str(number)
        folder.mkdir()
        if not is_told(folder, format_, unchanged[format_], name, change):
            silent.append(f"{change.__name__} {name}")
    assert silent == []


def is_told(folder, format_, before, name, change):
    """Change a field of a specimen and read it: it is set aside, or told, or nothing of what was read is another."""
    specimen = SPECIMENS[format_]
    tree = copy.deepcopy(specimen.load(specimen.content))
    *way, last = FIELDS[format_][name]
    record = tree
    for step in way:
        record = record[step]
    change(record, last)
    after = specimen.read(folder, specimen.dump(tree))
    if after.quarantined or after.warnings - before.warnings:
        return True
    same = [asdict(record) for record in after.records] == [asdict(record) for record in before.records]
    return same or (change is drop and name in specimen.may_lack)


@pytest.mark.parametrize("format_", SPECIMENS)
def test_a_new_field_of_a_record_is_told_once_a_file(tmp_path, format_):
    """Somewhere in each format a new field is news; where all of a record is left, it need not be."""
    specimen = SPECIMENS[format_]
    tree = specimen.load(specimen.content)
    for *way, _ in {way[:-1]: way for way in FIELDS[format_].values()}.values():
        record = tree
        for step in way:
            record = record[step]
        add(record, "")
    told = specimen.read(tmp_path, specimen.dump(tree)).warnings
    assert told["unknown field 'goldthread_has_never_seen_this'"] == 1, told
