"""A candidate linkage model: trained on the home's own customers, and compared with the model in use.

Runs on the first of each month once it is unpaused, or by hand. It **never takes a model into use**: it leaves the candidate
with its report in `models/<version>/` of the home, and a person who has read the report takes it
(`goldthread train --accept VERSION`, docs/training.md). The warehouse and the published versions stay as they are; models
are tried on a copy, which takes as much room below `tmp/` as the warehouse has, for as long as a task runs.

What to do when a task is red:

- **train**: nothing is resolved yet, there are too few customers to learn from, or a file of `config/` is wrong; the log
  says which. A full disk or another writer: clear it when the cause is gone.
- **compare**: as **train**. The candidate is kept; clear it, or compare by hand with `goldthread train --compare VERSION`.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import dag, task

from pipelines import orchestrate
from pipelines.orchestrate import WRITER_POOL


@task(pool=WRITER_POOL, multiple_outputs=False)
def train() -> dict[str, Any]:
    """Train a candidate and look at what it makes of the data."""
    from pipelines import training
    from pipelines.settings import home_of

    return training.train(home_of()).counts()


@task(pool=WRITER_POOL, multiple_outputs=False)
def compare(trained: dict[str, Any]) -> dict[str, Any]:
    """Say which customers would change under the candidate, and whether the change budget allows it."""
    from pipelines import training
    from pipelines.settings import home_of

    return training.compare_candidate(home_of(), trained["version"]).counts()


@dag(
    "train",  # the task has that name, too
    schedule="0 4 1 * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args=orchestrate.task_arguments(retries=2, delay=timedelta(minutes=10), timeout=timedelta(hours=4)),
    on_failure_callback=orchestrate.tell_operator,
    is_paused_upon_creation=True,
    tags=["goldthread"],
    doc_md=__doc__,
)
def train_a_candidate() -> None:
    """Wire the two steps."""
    compare(train())  # type: ignore[arg-type]


train_a_candidate()
