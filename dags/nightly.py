"""A night: from the channels' exports to a published golden table.

`plan` → `extract` (one task a source) → `resolve` → `load` → `validate` → `publish`, and beside them `sources_complete`,
which fails when a source did. A run is for **one night**, its partition key (the run at 01:30 is for the night before);
started by hand, it takes the parameter `night`. Running a night again is always safe: same rows, same ids.

What to do when a task is red (the whole story is in `docs/runbook.md`):

- **plan**: the run is for no night, or `sources.yml` is wrong. Mend what the log names and clear the task.
- **extract**: the source sent more unreadable records than its bound, or nothing on a night on which it is due. The log
  gives file, position and reason. Its good records are published all the same. Get the export sent again or mend
  `sources.yml`, then clear the red instance with everything downstream.
- **resolve**, **load**: nothing arrived at all, a full disk, another writer, or a bug. Nothing is half-written: clear it
  when the cause is gone.
- **validate**: a critical expectation failed, or more customers would move than `change_budget` of `linkage.yml` allows (the
  log names the causes). **The version in use is unchanged.** Mend the data or the expectation, then clear it; where the
  changes are meant, trigger the night again with `accept_changes`.
- **publish**: a full disk, or another writer. The version in use is unchanged. Clear it.
- **sources_complete**: names the sources whose extract failed. The rest of the night is published; see **extract**.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, CronPartitionTimetable, Param, TriggerRule, chain, dag, task

from pipelines import orchestrate
from pipelines.orchestrate import WRITER_POOL

GOLDEN_CUSTOMER = Asset(orchestrate.GOLDEN_CUSTOMER)
FIRST_RUN = orchestrate.first_run()
NIGHT = "{{ params.night or partition_key or '' }}"  # never the clock: a run for no night fails
ACCEPTED_BY = "{{ 'Airflow run ' ~ run_id if params.accept_changes else '' }}"


@task
def plan(night: str) -> list[str]:
    """Check that the run is for a night, say which sources it should bring, and what lies in the inbox beside them."""
    from pipelines import night as stages

    orchestrate.check_night(night)
    return stages.plan(night)


@task(map_index_template="{{ source }}", multiple_outputs=False)
def extract(source: str, night: str) -> dict[str, Any]:
    """Land one source's night in the lake; fails when the source broke its bounds."""
    from pipelines import night as stages

    return stages.extract_source(source, night)


@task(trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS, multiple_outputs=False)
def sources_complete(sources: list[str], extracted: Any) -> list[str]:
    """Fail, naming them, when sources did not come through: the run must not look whole."""
    return orchestrate.check_sources(sources, extracted)


# The plan must have succeeded, not every extract: what did arrive is published.
@task(pool=WRITER_POOL, trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS, multiple_outputs=False)
def resolve(night: str) -> dict[str, Any]:
    """Find out who is who."""
    from pipelines import night as stages

    return stages.resolve(night)


@task(pool=WRITER_POOL, multiple_outputs=False)
def load(night: str) -> dict[str, Any]:
    """Build the golden tables."""
    from pipelines import night as stages

    return stages.load(night)


@task(pool=WRITER_POOL, multiple_outputs=False)
def validate(night: str, accepted_by: str) -> dict[str, Any]:
    """Build the candidate version and hold it against the expectations and the change budget."""
    from pipelines import night as stages

    return stages.validate(night, accepted_by=accepted_by)


@task(pool=WRITER_POOL, outlets=[GOLDEN_CUSTOMER], multiple_outputs=False)
def publish(night: str, outlet_events: Any = None) -> dict[str, Any]:
    """Make the candidate the version in use, and say so to whoever waits for it."""
    from pipelines import night as stages

    published = stages.publish(night)
    outlet_events[GOLDEN_CUSTOMER].extra = published
    outlet_events[GOLDEN_CUSTOMER].add_partitions(night)  # a run by hand has no key of its own, its event has
    return published


@dag(
    schedule=CronPartitionTimetable("30 1 * * *", timezone="UTC", run_offset=-1, key_format="%Y-%m-%d"),
    start_date=FIRST_RUN,
    catchup=FIRST_RUN is not None,  # with a first night given, every night since is run; without, the coming ones
    max_active_runs=1,  # nights one after the other; the writer's lock holds where this is overridden
    default_args=orchestrate.task_arguments(retries=3, delay=timedelta(minutes=5), timeout=timedelta(hours=4)),
    params={
        "night": Param(None, type=["null", "string"], format="date", description="empty: the partition key"),
        "accept_changes": Param(False, type="boolean", description="publish though more moves than change_budget allows"),
    },
    on_failure_callback=orchestrate.tell_operator,
    is_paused_upon_creation=False,
    tags=["goldthread"],
    doc_md=__doc__,
)
def nightly() -> None:
    """Wire the night."""
    sources: Any = plan(NIGHT)
    extracted = extract.partial(night=NIGHT).expand(source=sources)
    sources_complete(sources, extracted)
    resolved = resolve(NIGHT)
    chain([sources, extracted], resolved, load(NIGHT), validate(NIGHT, ACCEPTED_BY), publish(NIGHT))


nightly()
