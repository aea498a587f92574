"""Every week: is what was built night by night what one full run builds?

`nightly` scores only what is new or has changed, and promises the customers, edges and ids of a full run. This DAG proves it
on Sundays at noon: it resolves the last night once more from the lake alone, in a scratch copy, and holds every table
against the stored one. Nothing of the home is written. It waits for the pool of the one writer, and a night that starts
meanwhile waits for it.

What to do when a task is red:

- **check_full**: the stored state and a full run differ; the log names tables, counts and a few ids. Customers are as they
  were published. `goldthread run --full --night YYYY-MM-DD` (the night the log names) builds everything anew, with the same
  ids; then keep the log and report it, for it is a bug. Red for another reason (a full disk, another writer): clear it.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import dag, task

from pipelines import orchestrate
from pipelines.orchestrate import WRITER_POOL


@task(pool=WRITER_POOL, multiple_outputs=False)
def check_full() -> dict[str, Any]:
    """Compare what is stored from night to night with a full run of the same lake."""
    from pipelines import night as stages

    report = stages.check_full()
    stages.raise_differences(report)
    return {"night": report.night.isoformat(), "tables": report.tables, "rows": report.rows, "is_behind": report.is_behind}


@dag(
    schedule="0 12 * * 0",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args=orchestrate.task_arguments(retries=2, delay=timedelta(minutes=10), timeout=timedelta(hours=6)),
    on_failure_callback=orchestrate.tell_operator,
    is_paused_upon_creation=False,
    tags=["goldthread"],
    doc_md=__doc__,
)
def housekeeping() -> None:
    """Wire the checks of the week."""
    check_full()


housekeeping()
