"""Processes under one parent: what a crash, a stubborn child and the end of the parent leave."""

from __future__ import annotations

import io
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from shipping_project.kernel.processes import ProcessSpec, Supervisor

SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
# A child that would outlive a leader which is killed alone.
PARENT = (
    "import subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print('child', child.pid, flush=True); time.sleep(60)"
)
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('up', flush=True); time.sleep(60)"
)

Start = Callable[[str], tuple[Supervisor, io.StringIO]]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[Supervisor] = []

    def run(code: str) -> tuple[Supervisor, io.StringIO]:
        log = io.StringIO()
        spec = ProcessSpec(name="one", command=(sys.executable, "-c", code), env={})
        supervisor = Supervisor([spec], log=log)
        started.append(supervisor)
        supervisor.start()
        return supervisor, log

    yield run
    for supervisor in started:
        supervisor.stop(patience_s=0)


def test_output_carries_the_name_of_its_process(start: Start) -> None:
    _, log = start("print('hello')")

    _until(lambda: "hello" in log.getvalue())

    assert "     one | hello\n" in log.getvalue()


def test_a_killed_process_is_started_again(start: Start) -> None:
    supervisor, log = start(SLEEPER)
    _until(lambda: "up" in log.getvalue())
    first = supervisor.pids()["one"]

    os.kill(first, signal.SIGKILL)
    _until(supervisor.look_after)

    assert supervisor.pids()["one"] not in (0, first)
    assert supervisor.members["one"].restarts == 1


def test_pauses_grow_while_a_process_keeps_failing(start: Start) -> None:
    supervisor, log = start("raise SystemExit(3)")

    _until(lambda: supervisor.look_after() and supervisor.members["one"].restarts == 2)
    _until(lambda: not supervisor.look_after() and log.getvalue().count("code 3") == 3)

    pauses = [
        line.rpartition(" in ")[2] for line in log.getvalue().splitlines() if "code 3" in line
    ]
    assert pauses == ["0.5 s", "1 s", "2 s"]


def test_children_of_a_dead_leader_are_ended_before_the_restart(start: Start) -> None:
    supervisor, log = start(PARENT)
    _until(lambda: "child" in log.getvalue())
    child = int(log.getvalue().split()[-1])

    os.kill(supervisor.pids()["one"], signal.SIGKILL)
    _until(supervisor.look_after)

    _until(lambda: _is_gone(child))


def test_stop_ends_a_process_that_ignores_the_request(start: Start) -> None:
    supervisor, log = start(STUBBORN)
    _until(lambda: "up" in log.getvalue())
    pid = supervisor.pids()["one"]

    supervisor.stop(patience_s=0.2)

    assert _is_gone(pid)


def _is_gone(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def _until(is_true: Callable[[], bool]) -> None:
    stop_at = time.monotonic() + 20
    while not is_true():
        assert time.monotonic() < stop_at, "waited in vain"
        time.sleep(0.02)
