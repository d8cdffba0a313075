"""Running a few long-lived processes under one parent: groups, prefixed logs, restarts, an end.

Each process leads a group of its own, since killing a leader alone leaves its children at work.
Knows nothing of Django.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
# A process that ran this long was healthy; its next restart comes at once again.
HEALTHY_AFTER_S = 20.0
GROUP_GONE_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSpec:
    """`env` is added to the parent's environment."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]


class Supervised:
    """One process and its restarts."""

    def __init__(self, spec: ProcessSpec, log: IO[str]) -> None:
        self.spec = spec
        self.restarts = 0
        self._log = log
        self._process: subprocess.Popen[str] | None = None
        self._started_at = 0.0
        self._pause_s = FIRST_PAUSE_S
        self._due_at = 0.0

    @property
    def pid(self) -> int:
        """The id of the process and of its group, 0 when it is not running."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        self._process = subprocess.Popen(
            self.spec.command,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **self.spec.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._started_at = time.monotonic()
        threading.Thread(target=self._copy_output, args=(self._process,), daemon=True).start()

    def look_after(self) -> bool:
        """Start again what has ended, with growing pauses; True when it was started."""
        if self._process is not None and self._process.poll() is None:
            return False
        now = time.monotonic()
        if self._process is not None:
            self._note_end(self._process.returncode, now)
            self._process = None
        if now < self._due_at:
            return False
        self.restarts += 1
        self.start()
        return True

    def signal_leader(self, number: signal.Signals) -> None:
        """Ask the leader alone, which winds its children up in good order."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def kill_group(self) -> None:
        """End everything of the group at once, also children whose leader is gone."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def say(self, text: str) -> None:
        self._log.write(f"{self.spec.name:>8} | {text}\n")
        self._log.flush()

    def _note_end(self, code: int | None, now: float) -> None:
        self._kill_leftovers()
        if now - self._started_at > HEALTHY_AFTER_S:
            self._pause_s = FIRST_PAUSE_S
        self.say(f"ended with code {code}; starts again in {self._pause_s:g} s")
        self._due_at = now + self._pause_s
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)

    def _kill_leftovers(self) -> None:
        """Children of a leader that died live on and keep working; they have to go first."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _copy_output(self, process: subprocess.Popen[str]) -> None:
        if process.stdout is None:
            return
        for line in process.stdout:
            self.say(line.rstrip("\n"))
        process.stdout.close()


class Supervisor:
    """Starts its processes in order, keeps them running, and stops them all."""

    def __init__(self, specs: Sequence[ProcessSpec], *, log: IO[str] = sys.stderr) -> None:
        self.members = {spec.name: Supervised(spec, log) for spec in specs}

    def start(self) -> None:
        for member in self.members.values():
            member.start()

    def look_after(self) -> bool:
        """One round over all; True when any was started again."""
        started = [member.look_after() for member in self.members.values()]
        return any(started)

    def restart(self, name: str) -> None:
        """Kill the whole group; the next round starts it again."""
        self.members[name].kill_group()

    def stop(self, *, patience_s: float = 10.0) -> None:
        """TERM to the leaders, last started first, then KILL to what is left of the groups."""
        members = list(self.members.values())[::-1]
        for member in members:
            member.signal_leader(signal.SIGTERM)
        stop_at = time.monotonic() + patience_s
        while time.monotonic() < stop_at and any(member.is_alive() for member in members):
            time.sleep(GROUP_GONE_S)
        for member in members:
            member.kill_group()

    def pids(self) -> dict[str, int]:
        return {name: member.pid for name, member in self.members.items()}
