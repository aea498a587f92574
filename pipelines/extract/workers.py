"""Processes that read export files side by side, each file within a budget of time and memory.

Whoever can write to the company writes what is read here. A file that overwhelms its reader ends that process and nothing
else: the file is told, and the night goes on. A worker is a Python of its own (no fork: its parent may hold threads), is
started when there is something to read, and goes with the process that started it.
"""

import os
import queue
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any, TypeVar

from pipelines.errors import ConfigurationError
from pipelines.settings import PACKAGE_ROOT

Result = TypeVar("Result")

SECONDS, SECONDS_PER_MEGABYTE = 60.0, 2.0  # reading takes a tenth of it even on hostile files that we know
MEGABYTES = 1_500  # of a worker; the largest files that we know take a third
GRACE_SECONDS = 30.0  # for a worker that does not notice that its time is over
OVER_TIME = "reading it takes more time than a file of its size may (GOLDTHREAD_FILE_SECONDS)"
OVER_MEMORY = "reading it takes more memory than a file may (GOLDTHREAD_FILE_MEGABYTES)"
DIED = "its reader died of it"


class OverBudget(Exception):
    """A job used up its budget, or killed its worker; the message says which, for the quarantine."""


class _TimeIsOver(BaseException):
    """Raised wherever a worker stands when its time is over; no ``except Exception`` on the way stops it."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What reading one file may cost: seconds by the clock, for the worker and per megabyte, and megabytes of memory."""

    seconds: float = SECONDS
    megabytes: int = MEGABYTES

    def seconds_for(self, size: int) -> float:
        """Return the seconds for files of ``size`` bytes in all."""
        return self.seconds + SECONDS_PER_MEGABYTE * size / 1e6


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


class Pool:
    """Some workers and the jobs that wait for one. A job is a function at the head of a module, and its arguments."""

    def __init__(self, workers: int, budget: Budget) -> None:
        self._budget = budget
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="goldthread-extract")
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._started: list[_Worker] = []
        self._lock = threading.Lock()

    def submit(self, do: Callable[..., Result], *arguments: Any, size: int) -> Future[Result]:
        """Run ``do(*arguments)`` in a worker; ``size`` in bytes of what it reads sets its time.

        The future raises what the function raised, or OverBudget.
        """
        return self._threads.submit(self._run, do, arguments, self._budget.seconds_for(size))

    def _run(self, do: Callable[..., Result], arguments: tuple[Any, ...], seconds: float) -> Result:
        try:
            worker = self._idle.get_nowait()
        except queue.Empty:
            worker = _Worker(self._budget.megabytes)
            with self._lock:
                self._started.append(worker)
        try:
            is_done, result = worker.ask((do, arguments, seconds), seconds + GRACE_SECONDS)
        except OverBudget:
            worker.stop()
            raise
        self._idle.put(worker)
        if is_done:
            return result  # type: ignore[no-any-return]
        raise result

    def close(self) -> None:
        """End the workers; jobs that wait are dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            for worker in self._started:
                worker.stop()
        self._threads.shutdown()


@contextmanager
def pool(workers: int | None = None, budget: Budget | None = None) -> Iterator[Pool]:
    """Give a pool for as long as it is used; size and budget come from the environment where they are not given."""
    opened = Pool(workers or workers_of_environment(), budget or budget_of_environment())
    try:
        yield opened
    finally:
        opened.close()


class _Worker:
    """One process, seen from the one that started it."""

    def __init__(self, megabytes: int) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", __name__, str(theirs.fileno()), str(megabytes)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": os.pathsep.join([str(PACKAGE_ROOT), os.environ.get("PYTHONPATH", "")])},
            )
        self._line = Connection(ours.detach())

    def ask(self, job: Any, seconds: float) -> tuple[bool, Any]:
        try:
            self._line.send(job)
            if not self._line.poll(seconds):
                raise OverBudget(OVER_TIME)
            return self._line.recv()  # type: ignore[no-any-return]
        except (EOFError, OSError):
            raise OverBudget(DIED) from None

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._line.close()


def main() -> None:
    """Do the jobs that come in until the line ends; called as ``python -m pipelines.extract.workers``."""
    line, megabytes = Connection(int(sys.argv[1])), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ours to answer: the parent ends us
    signal.signal(signal.SIGALRM, _time_is_over)
    while True:
        try:
            do, arguments, seconds = line.recv()
        except EOFError:
            return
        line.send(_done(do, arguments, seconds))


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
    except Exception as error:
        error.__cause__ = error.__context__ = error.__traceback__ = None  # they may quote a record, and cannot be sent
        return False, error


if __name__ == "__main__":
    main()
