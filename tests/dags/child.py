"""Airflow in a child process with a throw-away AIRFLOW_HOME: it changes logging and settings of the process it lives in."""

import json
import os
import subprocess
import sys
from pathlib import Path

from pipelines.airflow_home import environment

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent


def run(script: str, *arguments: str, home: Path):
    """Run a script of this folder and return the JSON on the last line of its stderr (Airflow logs to stdout)."""
    finished = subprocess.run(
        [sys.executable, HERE / script, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | environment(home, home / "airflow") | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert finished.returncode == 0, finished.stdout[-3000:] + finished.stderr[-3000:]
    return json.loads(finished.stderr.strip().splitlines()[-1])
