"""Looking into the twin and steering it: what it was asked, what it holds, what shall go wrong."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from carriers.sandbox import scenarios
from carriers.sandbox.easyship import buying
from carriers.sandbox.faults import EFFECTS
from carriers.sandbox.panel import page
from carriers.sandbox.veeqo import stock as veeqo_stock
from carriers.sandbox.wire import Dialect, MalformedBody, Request, Response, json_response
from carriers.sandbox.world import PRESETS, World

PREFIX = "/__twin__/"
PLACE = "{place}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A control call. `place` is what stands where its name says `{place}`."""

    world: World
    request: Request
    dialects: Sequence[Dialect]
    place: str = ""


def answer(world: World, request: Request, dialects: Sequence[Dialect]) -> Response:
    """A control call. Refused without the token, where one is set."""
    if not _is_allowed(world, request):
        return json_response(401, {"error": "X-Twin-Token is missing or wrong"})
    name, place = _split(request.path.removeprefix(PREFIX))
    call = CALLS.get((request.method, name))
    if call is None:
        return json_response(404, {"error": f"there is no control call {request.method} {name!r}"})
    try:
        told = call(Asked(world=world, request=request, dialects=dialects, place=place))
    except (MalformedBody, TypeError, ValueError, LookupError) as exc:
        return json_response(400, {"error": f"{type(exc).__name__}: {exc}"})
    return told if isinstance(told, Response) else json_response(200, told)


def _is_allowed(world: World, request: Request) -> bool:
    """The page may say the token in its address: a browser that opens it sends no header."""
    if not world.control_token or request.path == f"{PREFIX}health":
        return True
    given = request.headers.get("x-twin-token", "")
    if not given and (request.method, request.path) == ("GET", PREFIX):
        given = request.first("token")
    return hmac.compare_digest(given.encode(), world.control_token.encode())


def _split(name: str) -> tuple[str, str]:
    """The name of a call, and what it means there."""
    base, slash, place = name.partition("/")
    return (f"{base}/{PLACE}", place) if slash else (name, "")


def _panel(asked: Asked) -> Response:
    return page(asked.world, _report(asked))


def _report(asked: Asked) -> dict[str, Any]:
    """Everything that was really booked and bought, whoever asked for it."""
    world, dialects = asked.world, asked.dialects
    routes = world.store.requests_by_route()
    return {
        "bookings": [row for dialect in dialects for row in dialect.bookings(world)],
        "labels": [row for dialect in dialects for row in dialect.labels(world)],
        "requests": sum(routes.values()),
        "by_route": routes,
        "clock": world.clock.now().isoformat(),
    }


def _requests(asked: Asked) -> dict[str, Any]:
    request = asked.request
    rows = asked.world.store.requests(
        since_id=int(request.first("since_id", "0")),
        limit=min(int(request.first("limit", "200")), 5000),
        dialect=request.first("dialect"),
        path=request.first("path"),
    )
    return {"requests": rows}


def _changed_options(asked: Asked) -> dict[str, Any]:
    return asdict(asked.world.change_options(asked.request.json()))


def _clock(asked: Asked) -> dict[str, Any]:
    clock = asked.world.clock
    return {"now": clock.now().isoformat(), "offset_seconds": clock.offset_s}


def _moved_clock(asked: Asked) -> dict[str, Any]:
    asked.world.clock.advance(float(asked.request.json()["advance_seconds"]))
    return _clock(asked)


def _faults(asked: Asked) -> dict[str, Any]:
    return {"faults": asked.world.faults.listed(), "effects": EFFECTS}


def _added_fault(asked: Asked) -> dict[str, Any]:
    asked.world.faults.add(asked.request.json())
    return _faults(asked)


def _cleared_faults(asked: Asked) -> dict[str, Any]:
    asked.world.faults.clear()
    return _faults(asked)


def _removed_fault(asked: Asked) -> dict[str, Any]:
    if not asked.place.isdecimal():
        raise ValueError("a fault is named by its place in the list, from 0 on")
    asked.world.faults.remove(int(asked.place))
    return _faults(asked)


def _charge(asked: Asked) -> dict[str, Any]:
    """What Easyship charges or refunds by itself, by its word for it (`adjustment_type`)."""
    given = asked.request.json()
    shipment, kind = str(given["easyship_shipment_id"]), str(given["adjustment_type"])
    amount = Decimal(str(float(given["amount"])))
    if not amount.is_finite():
        raise ValueError("amount must be a number")
    return buying.adjust(asked.world, shipment, amount, kind)


def _moved_stock(asked: Asked) -> dict[str, Any]:
    """What is lost, found or counted anew on a shelf at Veeqo, with no order behind it."""
    given = asked.request.json()
    sellable_id, warehouse_id = int(given["sellable_id"]), int(given["warehouse_id"])
    with asked.world.store.transaction():
        if veeqo_stock.entry_of(asked.world, sellable_id, warehouse_id) is None:
            raise LookupError(f"there is no stock of {sellable_id} in {warehouse_id}")
        veeqo_stock.shift(asked.world, sellable_id, warehouse_id, physical=int(given["units"]))
        entry = veeqo_stock.entry_of(asked.world, sellable_id, warehouse_id) or {}
    return {name: entry[name] for name in ("sellable_id", "warehouse_id", "physical", "allocated")}


CALLS: dict[tuple[str, str], Callable[[Asked], Response | dict[str, Any]]] = {
    ("GET", ""): _panel,
    ("GET", "health"): lambda _: {"ok": True},
    ("GET", "report"): _report,
    ("GET", "requests"): _requests,
    ("POST", "charges"): _charge,
    ("POST", "stock"): _moved_stock,
    ("GET", "options"): lambda asked: asdict(asked.world.options),
    ("PATCH", "options"): _changed_options,
    ("GET", "presets"): lambda _: PRESETS,
    ("GET", "clock"): _clock,
    ("POST", "clock"): _moved_clock,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _added_fault,
    ("DELETE", "faults"): _cleared_faults,
    ("DELETE", f"faults/{PLACE}"): _removed_fault,
    ("GET", "scenarios"): lambda _: {"scenarios": scenarios.shipped()},
    ("GET", "scenario"): lambda asked: scenarios.saved(asked.world),
    ("POST", "scenario"): lambda asked: scenarios.load(asked.world, asked.request.json()),
}
