"""The whole installation as processes: what a crash costs, counted at the twin."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

pytestmark = pytest.mark.whole
PATIENCE_S = 240
# Slow enough that a kill finds work under way.
LATENCY_MS = 60


class WholeRun:
    """`manage.py up --once` on a store of its own."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.web_port, self.twin_port = _free_port(), _free_port()
        inherited = ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "TMPDIR")
        self.env = {name: os.environ[name] for name in inherited if name in os.environ} | {
            "STATE_DIR": str(state),
            "ENV_FILE": os.devnull,
            "DEMO": "1",
            "SANDBOX_PORT": str(self.twin_port),
            "ORDER_CREATE_RATE": "10000/m",
            "STALL_SECONDS": "5",
        }
        self.log = (state / "run.log").open("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [
                *(sys.executable, str(settings.BASE_DIR / "manage.py"), "up", "--once"),
                *("--port", str(self.web_port)),
            ],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            start_new_session=True,
        )

    def pid_of(self, name: str) -> int:
        path = self.state / "pids.json"
        _until(path.is_file, "the processes to start")
        return int(json.loads(path.read_text(encoding="utf-8"))[name])

    def twin(self, path: str, *, change: dict[str, Any] | None = None) -> Any:
        keys = (self.state / "demo.env").read_text(encoding="utf-8").splitlines()
        token = dict(line.split("=", 1) for line in keys)["SANDBOX_CONTROL_TOKEN"]
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.twin_port}/__twin__/{path}",
            data=json.dumps(change).encode() if change else None,
            headers={"X-Twin-Token": token},
            method="PATCH" if change else "GET",
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def wait_for_twin(self) -> None:
        def answers() -> bool:
            try:
                return bool(self.twin("health")["ok"])
            except OSError:
                return False

        _until((self.state / "demo.env").is_file, "the keys")
        _until(answers, "the twin")

    def wait_for_labels(self, count: int) -> None:
        _until(lambda: len(self.twin("report")["labels"]) >= count, f"{count} labels")

    def result(self) -> dict[str, Any]:
        output, _ = self.process.communicate(timeout=PATIENCE_S)
        assert self.process.returncode == 0, f"{output}\n{self._log_end()}"
        totals: dict[str, Any] = json.loads(output.splitlines()[-1])
        return totals

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=30)
        self.log.close()

    def _log_end(self) -> str:
        self.log.flush()
        return Path(self.log.name).read_text(encoding="utf-8")[-4000:]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[WholeRun]:
    started = WholeRun(tmp_path)
    started.wait_for_twin()
    started.twin("options", change={"latency_ms": LATENCY_MS})
    yield started
    started.end()


def test_worker_killed_again_and_again_leaves_one_label_per_order(run: WholeRun) -> None:
    for labels in (1, 8, 20):
        run.wait_for_labels(labels)
        os.killpg(run.pid_of("worker"), signal.SIGKILL)
        time.sleep(1.5)

    totals = run.result()

    assert totals["orders"] == 41
    assert totals["labels"] == 38
    assert (totals["duplicates"], totals["lost"]) == (0, 0)


def test_watchdog_restarts_a_cluster_whose_workers_were_killed(run: WholeRun) -> None:
    run.wait_for_labels(3)
    for child in _worker_children(run.pid_of("worker")):
        os.kill(child, signal.SIGKILL)

    totals = run.result()

    assert (totals["labels"], totals["duplicates"], totals["lost"]) == (38, 0, 0)


def test_nothing_is_left_running_after_the_end(run: WholeRun) -> None:
    groups = [run.pid_of(name) for name in ("twin", "web", "worker")]

    run.result()

    assert [group for group in groups if _group_lives(group)] == []


def _worker_children(leader: int) -> list[int]:
    """The grandchildren: the leader's child is the sentinel, whose children do the work."""
    return [child for sentinel in _children(leader) for child in _children(sentinel)]


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(word) for word in text.split()]


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _until(is_true: Any, what: str) -> None:
    stop_at = time.monotonic() + 150
    while not is_true():
        assert time.monotonic() < stop_at, f"waited in vain for {what}"
        time.sleep(0.1)
