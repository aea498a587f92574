"""Run in a process of its own: loads dags/ as Airflow does, without a database, and prints what it found as JSON."""

import json
import sys
from pathlib import Path

from airflow.dag_processing.dagbag import BundleDagBag

from pipelines import errors, orchestrate

FOLDER = Path(sys.argv[1])
HEAVY = (
    "pandas",
    "duckdb",
    "splink",
    "great_expectations",
    "pyarrow",
    "scipy",
    "numpy",
    "pipelines.night",
    "pipelines.warehouse",
)
RUNS = {
    "scheduled": {"params": {"night": None}, "partition_key": "2026-03-01"},
    "by hand": {"params": {"night": "2026-03-02"}, "partition_key": None},
    "by hand over its key": {"params": {"night": "2026-03-02"}, "partition_key": "2026-03-01"},
    "for no night": {"params": {"night": None}, "partition_key": None},
}


def describe_task(task) -> dict:
    policy = task.retry_policy
    return {
        "pool": task.pool,
        "trigger_rule": str(task.trigger_rule.value),
        "retries": task.retries,
        "decisions": {error.__name__: policy.evaluate(error("words"), 1, 3).action.value for error in ERRORS},
        "upstream": sorted(task.upstream_task_ids),
        "outlets": [asset.name for asset in task.outlets],
        "doc": task.python_callable.__doc__,
        "owner": task.owner,
        "has_timeout": task.execution_timeout is not None,
        "multiple_outputs": bool(getattr(task, "multiple_outputs", False)),
        "nights": {name: render(task, context) for name, context in RUNS.items()},
    }


def render(task, context: dict) -> str | None:
    """Return the night that the task is given in a run of this kind."""
    mapped = getattr(task, "partial_kwargs", {}).get("op_kwargs", {})
    arguments = getattr(task, "op_args", None) or [mapped.get("night")]
    templates = [argument for argument in arguments if isinstance(argument, str)]
    return task.dag.get_template_env().from_string(templates[0]).render(**context) if templates else None


def describe_dag(dag) -> dict:
    return {
        "doc": dag.doc_md,
        "tags": sorted(dag.tags),
        "max_active_runs": dag.max_active_runs,
        "catchup": dag.catchup,
        "timetable": type(dag.timetable).__name__,
        "params": dag.params.dump(),
        "tasks": {task.task_id: describe_task(task) for task in dag.tasks},
    }


ERRORS = [
    errors.ConfigurationError,
    errors.SourceBroken,
    errors.ValidationStopped,
    errors.StateDiffers,
    errors.LockHeld,
    errors.GoldthreadError,
    OSError,
]
bag = BundleDagBag(
    dag_folder=FOLDER,
    bundle_path=FOLDER,
    bundle_name="dags-folder",
    known_pools={"default_pool", orchestrate.WRITER_POOL},
)
found = {
    "heavy": [name for name in HEAVY if name in sys.modules],
    "import_errors": bag.import_errors,
    "warnings": [str(warning) for warning in bag.dag_warnings],
    "dags": {dag_id: describe_dag(dag) for dag_id, dag in bag.dags.items()},
}
print(json.dumps(found), file=sys.stderr)
