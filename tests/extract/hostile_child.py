"""Reads hostile exports, each in a process of its own that it forks, and tells what that cost; see test_hostile.py."""

import os
import pickle
import resource
import signal
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

from pipelines.extract.files.inbox import find_export
from pipelines.extract.landing.reading import FORMATS, Reading, format_module, read_batch
from pipelines.settings import Source
from tests.extract.exports import NIGHT

LONGEST, MOST = 60, 2 << 30  # seconds and bytes after which a child is ended


@dataclass(frozen=True)
class Cost:
    """What reading an export took and gave.

    Attributes:
        seconds: of a processor's work, so that a crowded machine does not change it; what waits is ended after LONGEST.
        megabytes: of memory, at the most.
        raised: what it ended with in the place of a reading; "" where it did not.
    """

    seconds: float
    megabytes: float
    reading: Reading | None
    raised: str


def main() -> None:
    for name in FORMATS:
        format_module(name)
    while True:
        try:
            source, inbox, lake = pickle.load(sys.stdin.buffer)  # noqa: S301
        except EOFError:
            return
        pickle.dump(measured(source, inbox, lake), sys.stdout.buffer)
        sys.stdout.buffer.flush()


def measured(source: Source, inbox: str, lake: Path) -> Cost:
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.close(ours)
        signal.alarm(LONGEST)
        resource.setrlimit(resource.RLIMIT_DATA, (MOST, MOST))
        with os.fdopen(theirs, "wb") as answer:
            pickle.dump(_outcome(source, inbox, lake), answer)
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as answer:
        said = answer.read()
    _, status, usage = os.wait4(child, 0)
    reading, raised = pickle.loads(said) if said else (None, f"ended with {status}")  # noqa: S301
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, reading, raised)


def _outcome(source: Source, inbox: str, lake: Path) -> tuple[Reading | None, str]:
    try:
        export = find_export(inbox, source, NIGHT)
        return read_batch(export, dict.fromkeys((file.name for file in export.files), ""), lake, "hostile"), ""
    except BaseException:
        return None, traceback.format_exc()
