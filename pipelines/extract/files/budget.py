"""What reading one export file may cost, and the error that says it cost more."""

import os
from dataclasses import dataclass

from pipelines.errors import ConfigurationError

SECONDS, SECONDS_PER_MEGABYTE = 60.0, 2.0  # reading takes a tenth of it even on hostile files that we know
MEGABYTES = 1_500  # of a worker; the largest files that we know take a third
UNPACKED_FREELY = 64 << 20  # bytes that anything packed may hold
UNPACKED_SHARE = 200  # beyond, as many bytes for each packed one; text and logs come to 5 to 50, a bomb to 1,000
OVER_TIME = "reading it takes more time than a file of its size may (GOLDTHREAD_FILE_SECONDS)"
OVER_MEMORY = "reading it takes more memory than a file may (GOLDTHREAD_FILE_MEGABYTES)"
DIED = "its reader died of it"
FAILED = "its reader failed, which is a mistake of ours: please report it"


def most_unpacked(size: int) -> int:
    """Return how many bytes may come out of ``size`` packed ones (gzip, zip, Parquet); more is a bomb, or none of ours."""
    return max(UNPACKED_FREELY, UNPACKED_SHARE * size)


class OverBudget(Exception):
    """A job used up its budget, or its worker did not survive it; the message says which, for the quarantine."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What reading one file may cost: seconds by the clock, for any file and per megabyte of it, and megabytes of memory."""

    seconds: float = SECONDS
    megabytes: int = MEGABYTES
    seconds_per_megabyte: float = SECONDS_PER_MEGABYTE

    def seconds_for(self, size: int) -> float:
        """Return the seconds for files of ``size`` bytes in all."""
        return self.seconds + self.seconds_per_megabyte * size / 1e6


def budget_of_environment() -> Budget:
    """Return the budget, from ``GOLDTHREAD_FILE_SECONDS`` and ``GOLDTHREAD_FILE_MEGABYTES`` where they are set."""
    return Budget(_number("GOLDTHREAD_FILE_SECONDS", SECONDS), int(_number("GOLDTHREAD_FILE_MEGABYTES", MEGABYTES)))


def workers_of_environment() -> int:
    """Return how many files are read at once: ``GOLDTHREAD_WORKERS``, else as many as there are cores."""
    return max(1, int(_number("GOLDTHREAD_WORKERS", len(os.sched_getaffinity(0)))))


def _number(name: str, usual: float) -> float:
    try:
        return float(os.environ.get(name) or usual)
    except ValueError:
        raise ConfigurationError(f"{name} is no number") from None
