"""Keys for the demonstration: made up on first start and kept in an ignored file."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

DEMO_KEYS = ("SECRET_KEY", "VEEQO_API_KEY", "EASYSHIP_API_TOKEN", "SANDBOX_CONTROL_TOKEN")


def ensure_demo_keys(path: Path, environment: Mapping[str, str]) -> bool:
    """Write keys that neither the environment nor the file has; True when any was made.

    The file is readable by its owner alone. Keys that are there stay as they are, since sessions
    and queued tasks are signed with them and the twin knows them.
    """
    kept = path.read_text(encoding="utf-8") if path.is_file() else ""
    named = {line.partition("=")[0] for line in kept.splitlines()}
    missing = [name for name in DEMO_KEYS if name not in named and not environment.get(name)]
    if not missing:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{name}=demo-{secrets.token_urlsafe(48)}\n" for name in missing)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(lines)
    return True
