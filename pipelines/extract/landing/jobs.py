"""Jobs that are under way in a pool of workers, and what is done with the result of each when it comes."""

import logging
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from time import perf_counter
from typing import Any

from pipelines.extract.landing.workers import Pool

log = logging.getLogger(__name__)

TELL_SECONDS = 10.0  # between words on how far a long extraction is


class Inline:
    """Stands in for a pool: does a job at once, in this process and without a budget."""

    def submit(self, do: Callable[..., Any], *arguments: Any, size: int) -> Future[Any]:
        """Do the job."""
        future: Future[Any] = Future()
        try:
            future.set_result(do(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future


class Jobs:
    """Jobs under way. What takes a result may add others."""

    def __init__(self, pool: Pool | None) -> None:
        self._pool = pool or Inline()
        self._waiting: dict[Future[Any], Callable[[Future[Any]], None]] = {}
        self._done = 0

    def add(self, then: Callable[[Future[Any]], None], do: Callable[..., Any], *arguments: Any, size: int) -> None:
        """Do ``do(*arguments)``, which reads ``size`` bytes, and call ``then`` with what came of it."""
        self._waiting[self._pool.submit(do, *arguments, size=size)] = then

    def run(self) -> None:
        """Wait for all jobs, and say how far they are where it takes long."""
        told = perf_counter()
        while self._waiting:
            finished, _ = wait(self._waiting, timeout=TELL_SECONDS, return_when=FIRST_COMPLETED)
            for future in finished:
                self._done += 1
                self._waiting.pop(future)(future)
            if self._waiting and perf_counter() - told >= TELL_SECONDS:
                told = perf_counter()
                log.info("extract: %d of %d batches read", self._done, self._done + len(self._waiting))
