"""The worker's side of ``workers``: a process that does the jobs that come in, each within its budget."""

import os
import resource
import select
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

from pipelines.errors import GoldthreadError
from pipelines.extract.files.budget import FAILED, OVER_MEMORY, OVER_TIME, OverBudget


class _TimeIsOver(BaseException):
    """Raised wherever a worker stands when its time is over; no ``except Exception`` on the way stops it."""


def main() -> None:
    """Do the jobs that come in until the line ends; called as ``python -m pipelines.extract.landing.worker``."""
    line, megabytes = Connection(int(sys.argv[1])), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ours to answer: the parent ends us
    signal.signal(signal.SIGALRM, _time_is_over)
    threading.Thread(target=_go_with_parent, args=[line.fileno()], daemon=True).start()
    while True:
        try:
            do, arguments, seconds = line.recv()
        except EOFError:
            return
        line.send(_done(do, arguments, seconds))


def _go_with_parent(line: int) -> None:
    """End at once where the parent is gone, also in the middle of a file: the next run writes where we do."""
    hung_up = select.poll()
    hung_up.register(line, 0)  # nothing but that the other end was closed
    hung_up.poll()
    os._exit(1)


def _time_is_over(signum: int, frame: FrameType | None) -> None:
    raise _TimeIsOver


def _done(do: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> tuple[bool, Any]:
    """Do one job; return whether it succeeded, and its result or what it raised."""
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            return True, do(*arguments)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except _TimeIsOver:
        return False, OverBudget(OVER_TIME)
    except MemoryError:
        return False, OverBudget(OVER_MEMORY)
    except GoldthreadError as error:
        error.__cause__ = error.__context__ = error.__traceback__ = None  # they may quote a record, and cannot be sent
        return False, error
    except OSError as error:  # the lake's disk: reading itself has its own words
        return False, GoldthreadError(f"{error.strerror or type(error).__name__} while writing what was read")
    except Exception as error:  # a mistake of ours: what it says may quote a record, so only its place is told
        place = traceback.extract_tb(error.__traceback__)[-1]
        return False, OverBudget(f"{FAILED} ({type(error).__name__} in {Path(place.filename).name}:{place.lineno})")


if __name__ == "__main__":
    main()
