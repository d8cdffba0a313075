"""Which process is at work, and whether one that says so is still alive."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def worker_identity() -> str:
    """This process: where it runs, process id, and when it started, since ids are used again."""
    pid = os.getpid()
    return f"{_place()}/{pid}/{_started(pid)}"


def died_here(identity: str) -> bool:
    """Whether the process ran in this place and is gone; False for other places, as unknown."""
    place, pid, started = [*identity.split("/"), "", ""][:3]
    if place != _place() or not pid.isdigit():
        return False
    return _started(int(pid)) != started


def _place() -> str:
    """Host and namespace of process ids: containers that share a host name count ids apart.

    Source: namespaces(7), /proc/[pid]/ns/pid, such as "pid:[4026531836]".
    """
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        namespace = ""
    return f"{socket.gethostname()}~{namespace.removeprefix('pid:').strip('[]')}"


def _started(pid: int) -> str:
    """The start time of a process in clock ticks since boot, empty when there is none.

    Source: proc(5), /proc/[pid]/stat, field 22; the name in field 2 may hold blanks.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]
