"""Run in a process of its own: the DAG `train` with stand-ins for training; prints what became of it as JSON."""

import json
import os
import sys
from pathlib import Path

from airflow.dag_processing.dagbag import BundleDagBag
from airflow.models.xcom import XComModel
from airflow.settings import Session
from sqlalchemy import select

from pipelines import airflow_home, errors, training

called: list[list[str]] = []


class Look:
    def __init__(self, version: str, **counts: int) -> None:
        self.version, self.found = version, counts

    def counts(self) -> dict:
        return {"version": self.version, **self.found}


def train(home, *, compared: bool = False) -> Look:
    called.append(["train", str(home.path)])
    if os.environ.get("TOO_FEW"):
        raise errors.ConfigurationError("12 customers with a name are too few to learn from")
    return Look("c0ffee12")


def compare_candidate(home, version: str | None = None) -> Look:
    called.append(["compare", str(version)])
    return Look(str(version), split=3)


def accept(*_, **__) -> None:
    called.append(["accept", ""])


training.train, training.compare_candidate, training.accept = train, compare_candidate, accept
airflow_home.prepare()
folder = os.environ["AIRFLOW__CORE__DAGS_FOLDER"]
dag = BundleDagBag(dag_folder=folder, bundle_path=Path(folder), bundle_name="dags-folder").dags["train"]
states = []
for too_few in ("", "1"):
    os.environ["TOO_FEW"] = too_few
    states.append(str(dag.test().state))
with Session() as session:
    exchanged = [row.value for row in session.scalars(select(XComModel).where(XComModel.dag_id == "train"))]
found = {
    "called": called,
    "states": states,
    "exchanged": exchanged,
    "is_paused": dag.is_paused_upon_creation,
    "schedule": dag.schedule,
}
print(json.dumps(found), file=sys.stderr)
