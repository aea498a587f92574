"""What the DAG files share: which night a run is for, what is worth retrying, whom to tell.

It lives in the package because Airflow's workers and triggerer find the package, and cannot import from ``dags/``.
Airflow itself is imported inside functions only: the command line never loads it.
"""

import logging
import os
import shlex
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pipelines.errors import ConfigurationError, SourceBroken
from pipelines.settings import parse_night

log = logging.getLogger(__name__)

WRITER_POOL = "goldthread_writer"  # one slot: a courtesy to the lock, so that waiting stages queue instead of failing
GOLDEN_CUSTOMER = "golden_customer"  # the asset that a publish renews, one partition a night

# Trying again cannot mend these: somebody has to change a file first.
FINAL = ("ConfigurationError", "SourceBroken", "StateDiffers", "ValidationStopped")


def check_night(night: str) -> date:
    """Return the night that a run is for; its text is rendered from the run's parameter or partition key.

    Raises:
        ConfigurationError: the run has neither, or what it has is no date.
    """
    if not night:
        raise ConfigurationError("this run is for no night: trigger it with the parameter 'night' or with a partition key")
    try:
        return parse_night(night)
    except ValueError:
        raise ConfigurationError(f"{night!r} is not a night; write YYYY-MM-DD") from None


def first_run() -> datetime | None:
    """Return from when on nights are run: the day after ``GOLDTHREAD_FIRST_NIGHT``; None where it is not set."""
    first = os.environ.get("GOLDTHREAD_FIRST_NIGHT")
    if not first:
        return None
    return datetime.combine(check_night(first), time(), UTC) + timedelta(days=1)


def retry_policy() -> Any:
    """Return Airflow's rules for retries: a held lock soon, what cannot mend itself never, anything else as usual."""
    from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

    return ExceptionRetryPolicy(
        rules=[
            RetryRule(
                exception=[f"pipelines.errors.{name}" for name in FINAL],
                action=RetryAction.FAIL,
                reason="trying again cannot mend this; docs/runbook.md says what can",
            ),
            RetryRule(
                exception="pipelines.errors.LockHeld",
                action=RetryAction.RETRY,
                retry_delay=timedelta(minutes=2),
                reason="another writer holds the home",
            ),
        ]
    )


def task_arguments(*, retries: int, delay: timedelta, timeout: timedelta) -> dict[str, Any]:
    """Return what all tasks of a DAG have in common: whose they are, how often and when they are tried again, how long.

    Args:
        retries: times that a failed task is run again; what is in vain is not (``retry_policy``).
        delay: between a failure and the next try.
        timeout: after which one try has failed.
    """
    return {
        "owner": "data",
        "retries": retries,
        "retry_delay": delay,
        "retry_policy": retry_policy(),
        "execution_timeout": timeout,
    }


def check_sources(expected: Iterable[str], extracted: Iterable[Mapping[str, Any] | None]) -> list[str]:
    """Return the sources that are complete.

    Args:
        expected: the names in sources.yml.
        extracted: what each extract task returned, ``{"source": name, …}``; one that failed left nothing.

    Raises:
        SourceBroken: naming the sources that did not come through whole.
    """
    complete = {row["source"] for row in extracted if row}
    missing = [name for name in expected if name not in complete]
    if missing:
        raise SourceBroken(f"not complete: {', '.join(missing)}; the log of each one's extract task says why")
    return sorted(complete)


def tell_operator(context: Mapping[str, Any]) -> None:
    """Tell the operator that a run failed: one line in the log, and to ``GOLDTHREAD_ALERT_COMMAND`` where one is set.

    The command (a mail program, a pager's client) gets the line on its standard input: names of tasks and dates, no more.
    """
    run = context["dag_run"]
    cause = context.get("reason") or "see its tasks"
    line = f"goldthread: {run.dag_id} failed in run {run.run_id} ({cause}); docs/runbook.md says what to do"
    log.error(line)
    command = os.environ.get("GOLDTHREAD_ALERT_COMMAND")
    if command:
        subprocess.run(shlex.split(command), input=f"{line}\n", text=True, timeout=60, check=True)  # noqa: S603 the operator's own
