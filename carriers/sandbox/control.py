"""Looking into the twin and steering it: what it was asked, what it holds, what shall go wrong."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from carriers.sandbox.faults import EFFECTS
from carriers.sandbox.wire import Dialect, MalformedBody, Request, Response, json_response
from carriers.sandbox.world import World

PREFIX = "/__twin__/"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Platform twin</title>
<style>body{{font:15px/1.5 system-ui,sans-serif;margin:2rem;max-width:75rem}}
table{{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}}
td,th{{text-align:left;padding:.25rem .75rem;border-bottom:1px solid #ddd}}
th{{color:#555;font-weight:600}}</style>
<h1>Platform twin</h1><p>Clock {clock} · {requests} requests</p>
<h2>Labels</h2>{labels}<h2>Bookings</h2>{bookings}<h2>Options</h2>{options}
<h2>Requests by route</h2>{routes}</html>"""


def answer(world: World, request: Request, dialects: Sequence[Dialect]) -> Response:
    """A control call. Refused without the token, where one is set."""
    needs_token = world.control_token and request.path != f"{PREFIX}health"
    if needs_token and request.headers.get("x-twin-token") != world.control_token:
        return json_response(401, {"error": "X-Twin-Token is missing or wrong"})
    name = request.path.removeprefix(PREFIX)
    try:
        return _act(world, request, name, dialects)
    except (MalformedBody, TypeError, ValueError, KeyError) as exc:
        return json_response(400, {"error": f"{type(exc).__name__}: {exc}"})


def _act(world: World, request: Request, name: str, dialects: Sequence[Dialect]) -> Response:
    match (request.method, name):
        case ("GET", "health"):
            return json_response(200, {"ok": True})
        case ("GET", ""):
            return _page(world, dialects)
        case ("GET", "report"):
            return json_response(200, report(world, dialects))
        case ("GET", "requests"):
            return json_response(200, {"requests": _requests(world, request)})
        case ("GET", "options"):
            return json_response(200, asdict(world.options))
        case ("PATCH", "options"):
            return json_response(200, asdict(world.change_options(request.json())))
        case ("GET", "clock"):
            return _clock(world)
        case ("POST", "clock"):
            world.clock.advance(float(request.json()["advance_seconds"]))
            return _clock(world)
        case _:
            return _faults(world, request, name)


def _faults(world: World, request: Request, name: str) -> Response:
    match (request.method, name):
        case ("GET", "faults"):
            pass
        case ("POST", "faults"):
            world.faults.add(request.json())
        case ("DELETE", "faults"):
            world.faults.clear()
        case _:
            return json_response(404, {"error": f"there is no control call {name!r}"})
    return json_response(200, {"faults": world.faults.listed(), "effects": EFFECTS})


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


def _clock(world: World) -> Response:
    now = world.clock.now().isoformat()
    return json_response(200, {"now": now, "offset_seconds": world.clock.offset_s})


def _page(world: World, dialects: Sequence[Dialect]) -> Response:
    told = report(world, dialects)
    page = PAGE.format(
        clock=html.escape(told["clock"]),
        requests=told["requests"],
        labels=_table(told["labels"]),
        bookings=_table(told["bookings"]),
        options=_table([asdict(world.options)]),
        routes=_table([{"route": name, "count": n} for name, n in told["by_route"].items()]),
    )
    return Response(
        status=200, body=page.encode(), headers={"Content-Type": "text/html; charset=utf-8"}
    )


def _table(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "<p>None yet.</p>"
    head = "".join(f"<th>{html.escape(name)}</th>" for name in rows[0])
    lines = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(value))}</td>" for value in row.values()) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{lines}</table>"
