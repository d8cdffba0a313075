"""Looking into the twin and steering it: what it was asked, what it holds, what shall go wrong."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from carriers.sandbox import scenarios
from carriers.sandbox.faults import EFFECTS
from carriers.sandbox.panel import page
from carriers.sandbox.wire import Dialect, MalformedBody, Request, Response, json_response
from carriers.sandbox.world import PRESETS, World

PREFIX = "/__twin__/"


def answer(world: World, request: Request, dialects: Sequence[Dialect]) -> Response:
    """A control call. Refused without the token, where one is set."""
    if not _is_allowed(world, request):
        return json_response(401, {"error": "X-Twin-Token is missing or wrong"})
    name = request.path.removeprefix(PREFIX)
    try:
        return _act(world, request, name, dialects)
    except (MalformedBody, TypeError, ValueError, LookupError) as exc:
        return json_response(400, {"error": f"{type(exc).__name__}: {exc}"})


def _is_allowed(world: World, request: Request) -> bool:
    """The page may say the token in its address: a browser that opens it sends no header."""
    if not world.control_token or request.path == f"{PREFIX}health":
        return True
    given = request.headers.get("x-twin-token", "")
    if not given and (request.method, request.path) == ("GET", PREFIX):
        given = request.first("token")
    return hmac.compare_digest(given.encode(), world.control_token.encode())


def _act(world: World, request: Request, name: str, dialects: Sequence[Dialect]) -> Response:
    match (request.method, name):
        case ("GET", "health"):
            return json_response(200, {"ok": True})
        case ("GET", ""):
            return page(world, report(world, dialects))
        case ("GET", "report"):
            return json_response(200, report(world, dialects))
        case ("GET", "requests"):
            return json_response(200, {"requests": _requests(world, request)})
        case (_, "options" | "presets"):
            return _options(world, request, name)
        case (_, "clock"):
            return _clock(world, request)
        case (_, "scenario" | "scenarios"):
            return _scenarios(world, request, name)
        case _:
            return _faults(world, request, name)


def _options(world: World, request: Request, name: str) -> Response:
    match (request.method, name):
        case ("GET", "options"):
            return json_response(200, asdict(world.options))
        case ("PATCH", "options"):
            return json_response(200, asdict(world.change_options(request.json())))
        case ("GET", "presets"):
            return json_response(200, PRESETS)
    return _unknown(name)


def _scenarios(world: World, request: Request, name: str) -> Response:
    match (request.method, name):
        case ("GET", "scenarios"):
            return json_response(200, {"scenarios": scenarios.shipped()})
        case ("GET", "scenario"):
            return json_response(200, scenarios.saved(world))
        case ("POST", "scenario"):
            return json_response(200, scenarios.load(world, request.json()))
    return _unknown(name)


def _faults(world: World, request: Request, name: str) -> Response:
    match (request.method, name):
        case ("GET", "faults"):
            pass
        case ("POST", "faults"):
            world.faults.add(request.json())
        case ("DELETE", "faults"):
            world.faults.clear()
        case ("DELETE", _) if name.startswith("faults/"):
            world.faults.remove(_position(name))
        case _:
            return _unknown(name)
    return json_response(200, {"faults": world.faults.listed(), "effects": EFFECTS})


def _position(name: str) -> int:
    text = name.removeprefix("faults/")
    if not text.isdecimal():
        raise ValueError("a fault is named by its place in the list, from 0 on")
    return int(text)


def _unknown(name: str) -> Response:
    return json_response(404, {"error": f"there is no control call {name!r}"})


def report(world: World, dialects: Sequence[Dialect]) -> dict[str, Any]:
    """Everything that was really booked and bought, whoever asked for it."""
    routes = world.store.requests_by_route()
    return {
        "bookings": [row for dialect in dialects for row in dialect.bookings(world)],
        "labels": [row for dialect in dialects for row in dialect.labels(world)],
        "requests": sum(routes.values()),
        "by_route": routes,
        "clock": world.clock.now().isoformat(),
    }


def _requests(world: World, request: Request) -> list[dict[str, Any]]:
    return world.store.requests(
        since_id=int(request.first("since_id", "0")),
        limit=min(int(request.first("limit", "200")), 5000),
        dialect=request.first("dialect"),
        path=request.first("path"),
    )


def _clock(world: World, request: Request) -> Response:
    if request.method == "POST":
        world.clock.advance(float(request.json()["advance_seconds"]))
    elif request.method != "GET":
        return _unknown("clock")
    now = world.clock.now().isoformat()
    return json_response(200, {"now": now, "offset_seconds": world.clock.offset_s})
