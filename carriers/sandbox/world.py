"""The state of the twin: what it holds, what time it is there, and how it behaves."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from carriers.sandbox.faults import Faults
from carriers.sandbox.limits import LeakyBucket, Windows
from carriers.sandbox.store import Store

CENTURY_S = 100 * 365.25 * 86400
CHOICES: dict[str, tuple[object, ...]] = {
    "veeqo_auto_allocation": ("sync", "async", "off"),
    "veeqo_second_purchase": ("refuse", "allow"),
    "veeqo_label_url": ("always", "sometimes"),
    "veeqo_tracking_number": ("alternate", "string", "object"),
    "veeqo_void_status": (200, 204),
    "veeqo_void_stock": ("return", "keep"),
    "veeqo_validation_body": ("list", "string"),
    "veeqo_missing_address": ("refuse", "take"),
    "veeqo_not_found_body": ("messages", "status"),
    "veeqo_omitted_lines": ("keep", "remove"),
    "veeqo_page_beyond": ("empty", "refuse"),
    "veeqo_variant_weight": ("take", "ignore"),
    "easyship_burst_status": (429, 403),
    "easyship_idempotency": ("old", "both"),
    "easyship_host": ("any", "sandbox", "production"),
    "easyship_webhook_gives_up": ("inactive", "failed"),
    "easyship_several_parcels": ("rate", "refuse"),
    "easyship_parcel_numbers": ("each", "first", "none"),
    "easyship_parcel_labels": ("each", "joined"),
}
AT_LEAST_ONE = (
    "veeqo_max_page_size",
    "veeqo_burst",
    "easyship_label_parts",
    "easyship_per_second",
    "easyship_per_minute",
)
# Options by the name of the host whose limits they are.
PRESETS: dict[str, dict[str, Any]] = {
    "production": {
        "enforce_limits": True,
        "veeqo_burst": 56,
        "easyship_per_second": 10,
        "easyship_per_minute": 60,
    },
    "sandbox": {
        "enforce_limits": True,
        "veeqo_burst": 56,
        "easyship_per_second": 1,
        "easyship_per_minute": 6,
    },
    "documented": {
        "enforce_limits": True,
        "veeqo_burst": 100,
        "easyship_per_second": 10,
        "easyship_per_minute": 60,
    },
    "unlimited": {"enforce_limits": False},
}
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
    veeqo_void_stock: str = "return"
    veeqo_validation_body: str = "list"
    veeqo_missing_address: str = "refuse"
    veeqo_not_found_body: str = "messages"
    veeqo_omitted_lines: str = "keep"
    veeqo_page_beyond: str = "empty"
    veeqo_variant_weight: str = "take"
    easyship_label_seconds: float = 2.0
    easyship_sync_label_seconds: float = 0.0
    easyship_label_parts: int = 1
    easyship_refund_seconds: float = 0.0
    easyship_batch_seconds: float = 1.0
    easyship_per_second: int = 10
    easyship_per_minute: int = 60
    easyship_burst_status: int = 429
    easyship_idempotency: str = "old"
    easyship_host: str = "any"
    easyship_scopes: str = ""
    easyship_has_paid_plan: bool = True
    easyship_no_solutions: bool = False
    easyship_webhook_minutes: float = 1.0
    easyship_webhook_gives_up: str = "inactive"
    easyship_several_parcels: str = "rate"
    easyship_parcel_numbers: str = "each"
    easyship_parcel_labels: str = "each"


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
        """Raises ValueError for going back, or further than a century."""
        if not 0 <= seconds <= CENTURY_S:
            raise ValueError("the clock goes on by 0 seconds to a century")
        with self._store.transaction():
            self._store.put("setting", "clock", {"offset_s": self.offset_s + seconds})


@dataclass
class World:
    store: Store
    veeqo_keys: frozenset[str]
    easyship_keys: frozenset[str]
    base_url: str = ""
    control_token: str = ""

    def __post_init__(self) -> None:
        self.clock = Clock(self.store)
        self.faults = Faults(self.store)
        self.bucket = LeakyBucket()
        self.windows = Windows()

    @property
    def options(self) -> Options:
        kept = self.store.get("setting", "options") or {}
        known = {item.name for item in fields(Options)}
        return Options(**{name: value for name, value in kept.items() if name in known})

    def change_options(self, changes: dict[str, Any], *, anew: bool = False) -> Options:
        """Raises ValueError for an unknown name or a value that makes no sense.

        `preset` names options that are changed together, before the others. `anew` begins from
        the defaults.
        """
        changes = dict(changes)
        preset = changes.pop("preset", "")
        if preset and preset not in PRESETS:
            raise ValueError(f"preset must be one of {', '.join(PRESETS)}")
        changes = PRESETS.get(preset, {}) | changes
        with self.store.transaction():
            current = Options() if anew else self.options
            for name, value in changes.items():
                if name not in asdict(current):
                    raise ValueError(f"there is no option {name!r}")
                _check_option(name, value, type(getattr(current, name)))
            changed = replace(current, **changes)
            self.store.put("setting", "options", asdict(changed))
        return changed


def _check_option(name: str, value: Any, kind: type) -> None:
    least = int(name in AT_LEAST_ONE)
    if isinstance(value, int | float) and not least <= value < math.inf:
        raise ValueError(f"{name} must be a number from {least} on")
    if type(value) is not kind and not (kind is float and type(value) is int):
        raise ValueError(f"{name} must be of type {kind.__name__}")
    if name in CHOICES and value not in CHOICES[name]:
        raise ValueError(f"{name} must be one of {', '.join(map(str, CHOICES[name]))}")


def load_world(path: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return facts
