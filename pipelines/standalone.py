"""Airflow with its pages, on one machine: start it, say where it is, stop it whole."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

from pipelines.airflow_home import prepare, quiet
from pipelines.errors import ConfigurationError, GoldthreadError

PATIENCE = 300  # seconds; 45 to 60 were measured on two cores


def serve(airflow_home: Path) -> int:
    """Run Airflow until it is told to stop (Ctrl-C, or the end of its terminal); returns its exit code.

    Raises:
        ConfigurationError: the port is taken.
        GoldthreadError: Airflow did not come up; the message names its log.
    """
    port = int(os.environ.setdefault("AIRFLOW__API__PORT", "8080"))
    _require_free(port)
    log_file = airflow_home / "logs" / "standalone.log"
    print(f"Starting Airflow (about a minute); its log is {log_file}", flush=True)
    with quiet(log_file):
        prepare()
    child = _start(log_file)
    pid_file = airflow_home / "standalone.pid"
    pid_file.write_text(str(os.getpid()))
    try:
        _wait_until_healthy(child, port, log_file)
        print(f"Airflow is up: http://localhost:{port}, {_login(airflow_home)}; Ctrl-C stops it", flush=True)
        return child.wait()
    finally:
        pid_file.unlink(missing_ok=True)
        _stop(child)


def _start(log_file: Path) -> "subprocess.Popen[bytes]":
    """Start Airflow in a session of its own: a Ctrl-C in the terminal reaches us alone, and we pass it on once."""
    airflow = Path(sys.executable).with_name("airflow")
    path = f"{airflow.parent}{os.pathsep}{os.environ.get('PATH', '')}"  # it starts its parts by name
    with log_file.open("ab") as log:
        child = subprocess.Popen(  # noqa: S603 the command beside our own interpreter
            [airflow, "standalone"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=os.environ | {"PATH": path}, start_new_session=True,
        )  # fmt: skip

    def pass_on(_number: int, _frame: FrameType | None) -> None:
        child.send_signal(signal.SIGINT)  # SIGTERM would leave its parts behind

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    return child


def _stop(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        child.wait(timeout=60)


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise ConfigurationError(f"port {port} is taken: stop what uses it, or set AIRFLOW__API__PORT to another")


def _wait_until_healthy(child: "subprocess.Popen[bytes]", port: int, log_file: Path) -> None:
    for _ in range(PATIENCE):
        if child.poll() is not None:
            raise GoldthreadError(f"Airflow ended with code {child.returncode}; {log_file} says why")
        if _is_healthy(port):
            return
        time.sleep(1)
    raise GoldthreadError(f"Airflow is not up after {PATIENCE} s; {log_file} may say why")


def _is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/api/v2/monitor/health", timeout=5) as answer:
            health = json.load(answer)
    except (OSError, ValueError):
        return False
    return all(health[part]["status"] == "healthy" for part in ("metadatabase", "scheduler", "dag_processor"))


def _login(airflow_home: Path) -> str:
    passwords = airflow_home / "simple_auth_manager_passwords.json.generated"
    try:
        name, password = next(iter(json.loads(passwords.read_text()).items()))
    except (OSError, ValueError, StopIteration):
        return f"passwords in {passwords}"
    return f"user {name}, password {password}"
