"""The processes of one installation: which they are, whether they answer, keeping them going."""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence

from django.conf import settings
from django.db import DatabaseError, connection

from carriers.outbox.health import stalled_for
from shipping_project.jobs.health import queue_stalled_for
from shipping_project.kernel.processes import ProcessSpec, Supervisor

WORKER = "worker"
READY_WITHIN_S = 60.0
ROUND_S = 0.5
WATCHDOG_EVERY_S = 5.0
# A lost wake-up is made good by the sweep within this time; only then is a due command a stall.
SWEEP_GRACE_S = 120
MANAGE = (sys.executable, str(settings.BASE_DIR / "manage.py"))


def processes(
    *, web_port: int, workers: int = 1, twin_options: Sequence[str] = ()
) -> list[ProcessSpec]:
    """Twin (in demo mode), web and worker clusters, in the order in which they start."""
    twin = ProcessSpec(name="twin", command=(*MANAGE, "sandbox", *twin_options), env={})
    web = ProcessSpec(
        name="web",
        command=(
            *(sys.executable, "-m", "gunicorn", "shipping_project.wsgi"),
            *("--bind", f"127.0.0.1:{web_port}", "--workers", "2", "--threads", "4"),
            *("--graceful-timeout", "10", "--log-level", "warning"),
            *("--chdir", str(settings.BASE_DIR)),
        ),
        env={},
    )
    clusters = [
        ProcessSpec(
            name=WORKER if number == 1 else f"{WORKER}{number}",
            command=(*MANAGE, "qcluster"),
            env={},
        )
        for number in range(1, workers + 1)
    ]
    return [*([twin] if settings.DEMO else []), web, *clusters]


def wait_until_ready(supervisor: Supervisor, *, web_port: int) -> None:
    """Return when web and twin answer; raises TimeoutError when they do not in time."""
    health = {
        "web": f"http://127.0.0.1:{web_port}/healthz",
        "twin": f"{settings.SANDBOX_URL}/__twin__/health",
    }
    urls = [url for name, url in health.items() if name in supervisor.members]
    _write_pids(supervisor)
    stop_at = time.monotonic() + READY_WITHIN_S
    for url in urls:
        while not _answers(url):
            if time.monotonic() > stop_at:
                raise TimeoutError(f"{url} does not answer after {READY_WITHIN_S:g} s")
            if supervisor.look_after():
                _write_pids(supervisor)
            time.sleep(0.1)


class Keeper:
    """Restarts what ends, and the worker clusters when due work waits and nobody does anything.

    django-q2 can stop for ever without a word when an idle worker is killed, so the look has to
    come from outside.
    """

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._next_look = time.monotonic() + WATCHDOG_EVERY_S

    def watch(self) -> None:
        """Go on for ever; KeyboardInterrupt ends it."""
        while True:
            self.round()
            time.sleep(ROUND_S)

    def round(self) -> None:
        if self._supervisor.look_after():
            _write_pids(self._supervisor)
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + WATCHDOG_EVERY_S
            self._look_for_a_stall()

    def _look_for_a_stall(self) -> None:
        members = self._supervisor.members
        clusters = [name for name in members if name.startswith(WORKER)]
        waited = _stalled() if clusters else 0.0
        for name in clusters if waited else []:
            members[name].say(
                f"watchdog: work has waited for {waited:.0f} s and nothing is done; restarting"
            )
            self._supervisor.restart(name)
            self._next_look = time.monotonic() + settings.STALL_SECONDS


def _stalled() -> float:
    """Seconds of the worst wait that only stopped clusters explain, 0.0 for none."""
    try:
        queued, commanded = queue_stalled_for(), stalled_for()
    except DatabaseError:
        # A database that is away stalls everything, and a restart would not help.
        return 0.0
    finally:
        connection.close()
    if queued > settings.STALL_SECONDS:
        return queued
    return commanded if commanded > settings.STALL_SECONDS + SWEEP_GRACE_S else 0.0


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _write_pids(supervisor: Supervisor) -> None:
    """For people and tests; swapped in whole, so that nobody reads half a file."""
    path = settings.STATE_DIR / "pids.json"
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(supervisor.pids()), encoding="utf-8")
    fresh.replace(path)
