"""Processes that read export files side by side, each file within a budget of time and memory.

Whoever can write to the company writes what is read here. A file that overwhelms its reader ends that process and nothing
else: the file is told, and the night goes on. A worker is a Python of its own (no fork: its parent may hold threads), is
started when there is something to read, and goes with the process that started it.
"""

import os
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from pipelines.extract.files.budget import DIED, OVER_TIME, Budget, OverBudget, budget_of_environment, workers_of_environment
from pipelines.settings import PACKAGE_ROOT

Result = TypeVar("Result")

WORKER = "pipelines.extract.landing.worker"
GRACE_SECONDS = 30.0  # for a worker that does not notice that its time is over


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
                [sys.executable, "-m", WORKER, str(theirs.fileno()), str(megabytes)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None if os.environ.get("GOLDTHREAD_DEBUG") else subprocess.DEVNULL,  # a traceback may quote a record
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
