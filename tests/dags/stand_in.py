"""Run in a process of its own: nights through the DAG with stand-ins for the stages; prints what became of each as JSON."""

import json
import sys

from airflow.models.asset import AssetEvent, AssetPartitionDagRun
from airflow.models.pool import Pool
from airflow.models.xcom import XComModel
from airflow.settings import Session
from sqlalchemy import select

from pipelines import airflow_home, embedded, errors, night, orchestrate
from pipelines.settings import home_of

# name of the night → what goes wrong in it
NIGHTS = {
    "2026-03-01": "nothing",
    "2026-03-02": "chat is broken",
    "2026-03-03": "nothing arrived",
    "2026-03-04": "validation stops it",
    None: "it is for no night",
}
ran: list[str] = []


def extract_source(source: str, name: str) -> dict:
    if NIGHTS[name] == "nothing arrived":
        return {"source": source, "status": "absent", "read": 0}
    sealed = home_of().lake / source / name / "sealed.json"
    sealed.parent.mkdir(parents=True)
    sealed.write_text("{}")
    if NIGHTS[name] == "chat is broken" and source == "chat":
        raise errors.SourceBroken("chat/a.json, line 2: not JSON")
    return {"source": source, "status": "landed", "read": 3}


def stage(stage_name: str):
    def run(name: str, accepted_by: str = "") -> dict:
        if stage_name == "resolve":
            night.require_landed(home_of(), night.night_of(name))
        ran.append(stage_name)
        if stage_name == "validate" and NIGHTS[name] == "validation stops it":
            raise errors.ValidationStopped("customer_id is not unique")
        return {"version": f"{name}-1"} if stage_name == "publish" else {stage_name: 1}

    return run


def outcome(name: str) -> dict:
    ran.clear()
    state, seconds = embedded.run_night(name)
    return {"state": state, "tasks": sorted(seconds), "ran": list(ran)}


night.plan = lambda name: ["chat", "mail"]
night.extract_source = extract_source
for stage_name in ("resolve", "load", "validate", "publish"):
    setattr(night, stage_name, stage(stage_name))

airflow_home.prepare()
nights = {what: outcome(name) for name, what in NIGHTS.items()}
with Session() as session:
    found = {
        "nights": nights,
        "pools": {pool.pool: pool.slots for pool in session.scalars(select(Pool))},
        "events": [[event.partition_key, event.extra] for event in session.scalars(select(AssetEvent))],
        "queued": [[run.target_dag_id, run.partition_key] for run in session.scalars(select(AssetPartitionDagRun))],
        "exchanged": [json.dumps(row.value) for row in session.scalars(select(XComModel))],
        "writer_pool": orchestrate.WRITER_POOL,
    }
print(json.dumps(found), file=sys.stderr)
