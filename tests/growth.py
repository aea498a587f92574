"""Holds the work of a long input against that of a shorter one: no clock on the wall, no bound of one machine's seconds."""

import time
from collections.abc import Callable
from typing import TypeVar

Given = TypeVar("Given")

FACTOR = 4  # times as long
AT_MOST = 8  # times the processor's time: what grows with the square takes 16 times
FLOOR = 0.025  # seconds of the processor below which its clock says little


def assert_work_grows_with_length(make: Callable[[int], Given], work: Callable[[Given], object], length: int) -> None:
    """Assert that ``work`` on an input of ``length`` takes at most twice the share that a quarter of it would let expect.

    Counts the processor's time of this process alone, and takes the least of up to three measurements: what else the
    machine is doing can make one of them longer, never shorter.
    """
    short, long = make(length // FACTOR), make(length)
    before, after = float("inf"), float("inf")
    for _ in range(3):
        before, after = min(before, _seconds(work, short)), min(after, _seconds(work, long))
        if after <= AT_MOST * max(before, FLOOR):
            return
    raise AssertionError(f"{after:.2f} s for {length:,}, {before:.2f} s for {length // FACTOR:,}: more than its length")


def _seconds(work: Callable[[Given], object], given: Given) -> float:
    started = time.process_time()
    work(given)
    return time.process_time() - started
