"""An export cut into batches of files that are read in one go: what goes together, and what has to be read anew."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import orjson

from pipelines.extract.files.inbox import Export, SourceFile
from pipelines.extract.landing.partition import Seal
from pipelines.extract.landing.reading import format_module
from pipelines.settings import Source

BYTES, FILES = 32 << 20, 500  # a batch is full at either: enough for a process to be worth its job, little to do twice


@dataclass(frozen=True, slots=True)
class Plan:
    """A batch to be read: its files, and the label of each (see ``partition.LandedFile``)."""

    export: Export
    labels: dict[str, str]

    @property
    def label(self) -> str:
        """Names the batch by all that goes into it."""
        return _hashed(sorted(self.labels.items()))

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(file.size for file in self.export.files)

    def parts(self) -> list["Plan"]:
        """Return the batch as one for each group of files; an empty list where it is only one."""
        groups = list(_groups(self.export))
        return [self._of(files) for files in groups] if len(groups) > 1 else []

    def _of(self, files: list[SourceFile]) -> "Plan":
        return Plan(replace(self.export, files=files), {file.name: self.labels[file.name] for file in files})


def plan(export: Export, digests: dict[str, str], seal: Seal, *, only: set[str] | None = None) -> list[Plan]:
    """Return the batches in which what is new or changed of an export is read.

    Args:
        digests: sha256 by file name.
        seal: what is in the lake; a file that is there under the same label is left as it is.
        only: read just the groups that have a file of these names, and those changed or not.
    """
    beside = digests if hasattr(format_module(export.source.format), "survey") else {}  # each file is read in their light
    rules = _hashed([code_digest(), settings_digest(export.source), sorted(beside.items())])
    landed = seal.files
    to_read: list[tuple[list[SourceFile], str]] = []
    for files in _groups(export):
        label = _hashed([rules, [(file.name, digests[file.name]) for file in files]])
        is_landed = all(file.name in landed and landed[file.name].label == label for file in files)
        if not is_landed if only is None else any(file.name in only for file in files):
            to_read.append((files, label))
    return [
        Plan(
            replace(export, files=[file for files, _ in together for file in files]),
            {file.name: label for files, label in together for file in files},
        )
        for together in _packed(to_read)
    ]


def _groups(export: Export) -> Iterator[list[SourceFile]]:
    """Yield the files that have to be read together; each alone where the format does not say."""
    group = getattr(format_module(export.source.format), "group", None)
    if group is None:
        yield from ([file] for file in export.files)
        return
    for _, files in groupby(sorted(export.files, key=lambda file: (group(file), file.name)), key=group):
        yield list(files)


def _packed(groups: list[tuple[list[SourceFile], str]]) -> Iterator[list[tuple[list[SourceFile], str]]]:
    held: list[tuple[list[SourceFile], str]] = []
    size = count = 0
    for files, label in groups:
        held.append((files, label))
        size += sum(file.size for file in files)
        count += len(files)
        if size >= BYTES or count >= FILES:
            yield held
            held, size, count = [], 0, 0
    if held:
        yield held


def settings_digest(source: Source) -> str:
    """Return a digest of the settings by which a source's files are read; where and when they come makes no other rows."""
    return _hashed(source.model_dump(mode="json", exclude={"path", "delivery", "due", "max_quarantined_share"}))


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Return a digest of the code that reads exports: what other code read is read anew."""
    folder = Path(__file__).parent.parent
    sources = [*sorted(folder.rglob("*.py")), folder.parent / "contract.py"]
    return _hashed([(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in sources])


def _hashed(value: object) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]
