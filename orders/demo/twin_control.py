"""Looking into the twin and making it fail, through its control calls."""

from __future__ import annotations

import json
import time
import urllib.request
from typing import Any

from django.conf import settings

PAGE = 5000


def twin_report() -> dict[str, list[dict[str, Any]]]:
    """What the twin was really asked and holds: `bookings`, `labels`, request counts."""
    report: dict[str, list[dict[str, Any]]] = _call("GET", "report")
    return report


def twin_requests(platform: str) -> list[dict[str, Any]]:
    """Every request that the twin was sent for a platform, oldest first."""
    found: list[dict[str, Any]] = []
    while True:
        since_id = found[-1]["id"] if found else 0
        asked = f"requests?limit={PAGE}&dialect={platform}&since_id={since_id}"
        rows: list[dict[str, Any]] = _call("GET", asked)["requests"]
        found += rows
        if len(rows) < PAGE:
            return found


def add_fault(fault: dict[str, Any]) -> None:
    """Make the next matching requests fail; see `carriers.sandbox.faults.Fault`."""
    _call("POST", "faults", fault)


def waiting_faults() -> set[tuple[str, str]]:
    """Method and path of the faults that have not met all their requests yet."""
    faults = _call("GET", "faults")["faults"]
    return {(fault["method"], fault["path"]) for fault in faults if fault["times"] > 0}


def clear_faults() -> None:
    _call("DELETE", "faults")


def change_options(options: dict[str, Any]) -> None:
    """See `carriers.sandbox.world.Options`."""
    _call("PATCH", "options", options)


def move_clock(seconds: float) -> None:
    """Let the twin's time pass."""
    _call("POST", "clock", {"advance_seconds": seconds})


def shift_stock(item_ref: str, warehouse_ref: str, units: int) -> None:
    """Units that are lost or found on a shelf at Veeqo, with no order behind it."""
    body = {"sellable_id": item_ref, "warehouse_id": warehouse_ref, "units": units}
    _call("POST", "stock", body)


def wait_for_twin(*, within_s: float) -> None:
    """It answers once it has filled its store, which takes a while for a large world."""
    stop_at = time.monotonic() + within_s
    while True:
        try:
            _call("GET", "health")
        except OSError:
            if time.monotonic() > stop_at:
                raise TimeoutError(f"The twin does not answer after {within_s:.0f} s.") from None
            time.sleep(0.2)
        else:
            return


def _call(method: str, name: str, body: dict[str, Any] | None = None) -> Any:
    request = urllib.request.Request(  # noqa: S310 # our own twin
        f"{settings.SANDBOX_URL}/__twin__/{name}",
        data=json.dumps(body).encode() if body is not None else None,
        headers={"X-Twin-Token": settings.SANDBOX_CONTROL_TOKEN},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.load(answer)
