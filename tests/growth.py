"""Holds the work of a long input against that of a shorter one: no clock on the wall, no bound of one machine's seconds."""

import gc
import time
from collections.abc import Callable
from typing import TypeVar

Given = TypeVar("Given")

FACTOR = 8  # times as long
AT_MOST = 32  # times the processor's time: what grows with the square takes 64 times, and a crowded machine may double 8
FLOOR = 0.025  # seconds of the processor below which its clock says little


def assert_work_grows_with_length(make: Callable[[int], Given], work: Callable[[Given], object], length: int) -> None:
    """Assert that ``work`` takes, for its length, no more time on an input of ``length`` than on an eighth of it.

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
    gc.disable()  # else it walks through whatever the tests before this one have left
    try:
        started = time.process_time()
        work(given)
        return time.process_time() - started
    finally:
        gc.enable()
