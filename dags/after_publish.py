"""After each publish: is what readers see whole?

Starts once for every version that `nightly` publishes, with the night as its partition key (by hand: the parameter
`night`, or nothing for whatever is in use). It reads every file of the version in use again and compares its checksum
with the version's `manifest.json`. Other consumers of the golden table are DAGs like this one: one file, the same schedule.

What to do when a task is red:

- **verify**: a published file is missing, or has changed since it was published: a disk fault, or somebody wrote into it.
  Do not repair it by hand. `goldthread rollback` puts the version before it in use; run the night again to publish anew.
"""

import logging
from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, Param, PartitionedAssetTimetable, dag, task

from pipelines import orchestrate

log = logging.getLogger(__name__)


@task(multiple_outputs=False)
def verify(night: str) -> dict[str, Any]:
    """Hold the files of the version in use against its manifest."""
    from pipelines.load.versions.verify import verify_current

    verified = verify_current()
    if night and night != verified["night"]:
        log.warning("the version in use is of %s, no longer of %s", verified["night"], night)
    log.info("verified %(version)s: %(files)d files, %(customers)d customers, %(records)d records", verified)
    return verified


@dag(
    schedule=PartitionedAssetTimetable(assets=Asset(orchestrate.GOLDEN_CUSTOMER)),
    max_active_runs=1,
    default_args=orchestrate.task_arguments(retries=2, delay=timedelta(minutes=1), timeout=timedelta(hours=1)),
    params={"night": Param(None, type=["null", "string"], format="date", description="empty: whatever is in use")},
    on_failure_callback=orchestrate.tell_operator,
    is_paused_upon_creation=False,
    tags=["goldthread"],
    doc_md=__doc__,
)
def after_publish() -> None:
    """Wire the checks that follow a publish."""
    verify("{{ params.night or partition_key or '' }}")


after_publish()
