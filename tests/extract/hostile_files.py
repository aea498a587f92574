"""Files that are nothing of what their format says, each in the place of every format's main file."""

import gzip

from tests.extract.hostile import MB, Hostile, case
from tests.extract.raw_zips import deflated, raw_zip
from tests.extract.specimens import specimens

CONTENTS = {
    "brackets": lambda: b"[" * MB,
    "records in records": lambda: b'{"a":' * 200_000,
    "NUL": lambda: bytes(5 * MB),
    "one line of 20 MB": lambda: b"x" * 20 * MB,
    "tags in tags": lambda: b"<a>" * 300_000,
    "a gzip bomb": lambda: gzip.compress(bytes(MB)) * 200,
    "a zip bomb": lambda: raw_zip(deflated(b"a", bytes(100 * MB))),
}


def in_the_place_of(specimen, make):
    return Hostile(specimen.source, lambda: specimen.files | {specimen.main: make()}, (), None)


CASES = [
    case(f"{content} in the place of {name}", in_the_place_of(specimen, make))
    for name, specimen in specimens().items()
    for content, make in CONTENTS.items()
]
