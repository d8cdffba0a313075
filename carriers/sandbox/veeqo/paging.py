"""Pages of a bare array, with the counts in headers where Veeqo sends them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil
from typing import Any

from carriers.sandbox.veeqo.values import refusal
from carriers.sandbox.wire import Request, Response, json_response
from carriers.sandbox.world import World

ALL_COUNTS = ("X-Total-Count", "X-Total-Pages-Count", "X-Page-Index", "X-Per-Page")


def paged(
    request: Request,
    rows: Sequence[dict[str, Any]],
    render: Callable[[dict[str, Any]], dict[str, Any]],
    world: World,
    *,
    default_size: int = 12,
    headers: Sequence[str] = ALL_COUNTS,
) -> Response:
    """Sizes over the cap are cut silently; beyond the last page is an empty array."""
    size = min(_whole(request, "page_size", default_size), world.options.veeqo_max_page_size)
    page = _whole(request, "page", 1)
    pages = ceil(len(rows) / size)
    if page > max(pages, 1) and world.options.veeqo_page_beyond == "refuse":
        raise refusal(400, ["Page is out of range"])
    shown = rows[(page - 1) * size : page * size]
    values = {
        "X-Total-Count": str(len(rows)),
        "X-Total-Pages-Count": str(pages),
        "X-Page-Index": str(page),
        "X-Per-Page": str(size),
    }
    told = {name: values[name] for name in headers}
    return json_response(200, [render(row) for row in shown], told)


def _whole(request: Request, name: str, default: int) -> int:
    text = request.first(name)
    if not text:
        return default
    if not text.isdecimal() or int(text) < 1:
        raise refusal(400, ["Infinity"])
    return int(text)
