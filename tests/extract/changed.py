"""What every specimen is put to (fields changed, the file cut off), for further files of a format."""

import copy
from dataclasses import asdict


def silent_changes(folder, specimen):
    """The changes of a field that cost something and are not told; see test_schema_drift."""
    from tests.extract.test_schema_drift import CHANGES, drop, fields_of  # it reads all specimens, this module's users too

    before, silent, made = specimen.read(folder / "before"), [], 0
    assert not before.quarantined, before.quarantined
    tree = specimen.load(specimen.content)
    for name, (*way, last) in fields_of(tree).items():
        for change in CHANGES:
            changed = copy.deepcopy(tree)
            record = changed
            for step in way:
                record = record[step]
            change(record, last)
            made += 1
            after = specimen.read(folder / str(made), specimen.dump(changed))
            if after.quarantined or after.warnings - before.warnings or (change is drop and name in specimen.may_lack):
                continue
            if [asdict(record) for record in after.records] != [asdict(record) for record in before.records]:
                silent.append((change.__name__, name))
    return silent, made


def silent_cuts(folder, specimen):
    """The percents of the file at which a cut is not told; see test_cuts."""
    content, silent = specimen.content, []
    whole = specimen.read(folder / "whole")
    for percent in range(1, 100):
        at = len(content) * percent // 100
        outcome = specimen.read(folder / f"cut{percent}", content[:at])
        if content[at:].strip() and not (outcome.quarantined or outcome.warnings - whole.warnings):
            silent.append(percent)
    return silent
