"""How many examples the properties draw: the same on every run; with GOLDTHREAD_THOROUGH=1 new ones, ten times as many."""

import os

from hypothesis import HealthCheck, settings

IS_THOROUGH = bool(os.environ.get("GOLDTHREAD_THOROUGH"))
TIMES = 10 if IS_THOROUGH else 1


def load_profile() -> None:
    """Set what every property goes by: no bound of time, and without GOLDTHREAD_THOROUGH the same examples every time."""
    settings.register_profile(
        "goldthread",
        max_examples=60 * TIMES,
        derandomize=not IS_THOROUGH,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],  # it goes by the clock on the wall
        print_blob=True,
    )
    settings.load_profile("goldthread")
