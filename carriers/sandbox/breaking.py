"""What a fault makes of an answer, down to the bytes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from carriers.sandbox.faults import Fault
from carriers.sandbox.wire import Response

HTML = """<!DOCTYPE html><html><head><title>{status}: connection timed out</title></head>
<body><h1>Error {status}</h1><p>The web server reported a problem.</p></body></html>"""
DRIPS = 20


class NoAnswer(Exception):
    """The connection is to be closed without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An answer and how it leaves: in pieces with pauses, or broken off after the first half."""

    response: Response
    pause_s: float = 0.0
    is_broken_off: bool = False

    def pieces(self) -> Iterator[bytes]:
        body = self.response.body
        if self.is_broken_off:
            yield body[: len(body) // 2]
        elif self.pause_s:
            size = max(1, len(body) // DRIPS)
            for start in range(0, len(body), size):
                time.sleep(self.pause_s)
                yield body[start : start + size]
        else:
            yield body


def broken(fault: Fault, response: Response) -> Delivery:
    """Raises NoAnswer for a fault that swallows the answer."""
    match fault.effect:
        case "drop_after":
            raise NoAnswer
        case "hold_after":
            time.sleep(fault.seconds)
        case "reset_after":
            return Delivery(response=response, is_broken_off=True)
        case "drip_after":
            return Delivery(response=response, pause_s=fault.seconds / DRIPS)
        case "error_after":
            response = Response(status=fault.status)
        case "html_after":
            response = html_page(fault.status)
        case "truncate_after":
            half = response.body[: len(response.body) // 2]
            response = Response(status=response.status, body=half, headers=response.headers)
        case "stale" | "lose_rows" | "double_rows" | "shuffle_rows":
            response = _with_other_rows(response, CHANGES[fault.effect])
    return Delivery(response=response)


def html_page(status: int) -> Response:
    """What a network in front of the platform says instead of it."""
    headers = {"Content-Type": "text/html; charset=UTF-8", "Server": "cloudflare"}
    return Response(status=status, body=HTML.format(status=status).encode(), headers=headers)


# "stale" is the list as it was before its newest entry, which comes first on both platforms.
CHANGES: dict[str, Callable[[list[Any]], list[Any]]] = {
    "stale": lambda rows: rows[1:],
    "lose_rows": lambda rows: rows[:0],
    "double_rows": lambda rows: [row for row in rows for _ in range(2)],
    "shuffle_rows": lambda rows: [*rows[1::2], *rows[0::2]],
}


def _with_other_rows(response: Response, change: Callable[[list[Any]], list[Any]]) -> Response:
    """The counts beside the rows stay as they were."""
    if "json" not in response.headers.get("Content-Type", ""):
        return response
    told = json.loads(response.body)
    for rows in _lists(told):
        rows[:] = change(rows)
    return Response(
        status=response.status, body=json.dumps(told).encode(), headers=response.headers
    )


def _lists(told: Any) -> list[list[Any]]:
    """Those of a list and not those inside one object, such as the lines of an order."""
    if isinstance(told, list):
        return [told]
    if not isinstance(told, dict) or "pagination" not in told.get("meta", {}):
        return []
    return [value for value in told.values() if isinstance(value, list)]
