"""One small export of each format, which tests of all formats then change, cut and damage.

A format's own test module has it as ``SPECIMEN``: a few records of every kind that the format knows.
"""

import importlib
import importlib.util
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.extract.landing.reading import FORMATS
from pipelines.settings import Source
from tests.extract.exports import Outcome, extracted


def load_json(content: bytes) -> Any:
    """A JSON document, or the list of the records that stand one a line."""
    try:
        return json.loads(content)
    except ValueError:
        return [json.loads(line) for line in content.splitlines()]


def dump_json(tree: Any) -> bytes:
    return json.dumps(tree, ensure_ascii=False).encode()


def dump_lines(tree: Any) -> bytes:
    return b"".join(dump_json(record) + b"\n" for record in tree)


@dataclass(frozen=True)
class Specimen:
    """An export that is read without anything set aside.

    Attributes:
        files: content by name, below the source's folder of the night.
        main: the name of the file that is changed, cut and damaged.
        load, dump: between that file's bytes and its records as dicts, lists and plain values; None where a format has no
            named fields (a chat's lines, a mail's text).
        may_lack: dotted names of fields that a record may come without ("parts.body"; a list adds nothing to the name).
        has_lines: one record a line, so that a cut right at a line's end cannot be told from a shorter file.
    """

    source: Source
    files: dict[str, bytes]
    main: str
    load: Callable[[bytes], Any] | None = load_json
    dump: Callable[[Any], bytes] = dump_json
    may_lack: frozenset[str] = field(default_factory=frozenset)
    has_lines: bool = False

    @property
    def content(self) -> bytes:
        return self.files[self.main]

    def read(self, folder: Path, content: bytes | None = None) -> Outcome:
        """Extract it, with ``content`` in the place of the main file's."""
        changed = {} if content is None else {self.main: content}
        return extracted(folder, self.files | changed, self.source)


def specimens() -> dict[str, Specimen]:
    """By format."""
    modules = {name: f"tests.extract.test_{name}" for name in FORMATS}
    modules = {name: module for name, module in modules.items() if importlib.util.find_spec(module)}
    found = {name: getattr(importlib.import_module(module), "SPECIMEN", None) for name, module in modules.items()}
    return {name: specimen for name, specimen in found.items() if specimen}
