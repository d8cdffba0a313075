"""The state of the twin: what it holds, what time it is there, and how it behaves."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from carriers.sandbox.store import Store

DEMO_WORLD = Path(__file__).parent / "worlds" / "demo.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the platforms behave where their documents leave it open, and how fast time runs.

    Defaults are what has been observed of the real ones. `tracking_speed` multiplies the time
    since a label was bought when scans are worked out.
    """

    enforce_limits: bool = False
    latency_ms: int = 0
    tracking_speed: float = 1.0
    veeqo_auto_allocation: str = "sync"
    veeqo_allocation_delay_s: float = 1.0
    veeqo_search_delay_s: float = 2.0
    veeqo_hide_cancelled: bool = True
    veeqo_void_status: int = 200
    veeqo_second_purchase: str = "refuse"
    veeqo_label_url: str = "always"
    veeqo_tracking_number: str = "alternate"
    veeqo_max_page_size: int = 100
    veeqo_burst: int = 56
    veeqo_rate_minutes: float = 15.0
    easyship_label_seconds: float = 2.0
    easyship_per_second: int = 1
    easyship_per_minute: int = 6


class Clock:
    """Real time plus an offset that control calls move forward."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset_s)

    @property
    def offset_s(self) -> float:
        kept = self._store.get("setting", "clock")
        return float(kept["offset_s"]) if kept else 0.0

    def advance(self, seconds: float) -> None:
        put_setting(self._store, "clock", {"offset_s": self.offset_s + max(0.0, seconds)})


@dataclass
class Fault:
    """What goes wrong with the next `times` requests that match `method` and part of the path.

    `effect`: error_before, error_after, drop_after (no answer), hold_after (answer `seconds`
    later), refuse (429). "after" means that the request had its effect.
    """

    method: str
    path: str
    effect: str
    times: int = 1
    status: int = 500
    seconds: float = 0.0


@dataclass
class World:
    store: Store
    veeqo_keys: frozenset[str]
    easyship_keys: frozenset[str]
    base_url: str = ""
    control_token: str = ""
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = Clock(self.store)
        self._faults_lock = threading.Lock()

    @property
    def options(self) -> Options:
        kept = self.store.get("setting", "options") or {}
        known = {item.name for item in fields(Options)}
        return Options(**{name: value for name, value in kept.items() if name in known})

    def change_options(self, changes: dict[str, Any]) -> Options:
        """Raises ValueError for an unknown name or a value of the wrong kind."""
        current = self.options
        for name, value in changes.items():
            if not hasattr(current, name):
                raise ValueError(f"there is no option {name!r}")
            kind = type(getattr(current, name))
            if type(value) is not kind and not (kind is float and type(value) is int):
                raise ValueError(f"{name} must be of type {kind.__name__}")
        changed = replace(current, **changes)
        put_setting(self.store, "options", asdict(changed))
        return changed

    def take_fault(self, method: str, path: str) -> Fault | None:
        """The fault that this request is to meet, used up by one."""
        with self._faults_lock:
            for fault in self.faults:
                if fault.times > 0 and fault.method in ("*", method) and fault.path in path:
                    fault.times -= 1
                    return fault
        return None


def put_setting(store: Store, name: str, value: dict[str, Any]) -> None:
    with store.transaction():
        store.delete("setting", name)
        store.insert("setting", name, value)


def load_world(path: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return facts
