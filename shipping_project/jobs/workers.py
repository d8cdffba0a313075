"""Which process is at work, and whether one that says so is still alive."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def worker_identity() -> str:
    """This process: host, process id, and when it started, since ids are used again."""
    pid = os.getpid()
    return f"{socket.gethostname()}/{pid}/{_started(pid)}"


def died_here(identity: str) -> bool:
    """Whether the process ran on this host and is gone; False for other hosts, as unknown."""
    host, pid, started = [*identity.split("/"), "", ""][:3]
    if host != socket.gethostname() or not pid.isdigit():
        return False
    return _started(int(pid)) != started


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
