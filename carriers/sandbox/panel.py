"""The page on which a person watches the twin and makes it fail."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from string import Template
from typing import Any

from carriers.sandbox.faults import EFFECTS
from carriers.sandbox.wire import Response
from carriers.sandbox.world import World

PAGE = Template((Path(__file__).parent / "panel.html").read_text(encoding="utf-8"))
# A page is for looking; the report has them all.
MOST_ROWS = 200


def page(world: World, told: dict[str, Any]) -> Response:
    """`told` is the report."""
    options = asdict(world.options)
    text = PAGE.substitute(
        clock=html.escape(told["clock"]),
        requests=told["requests"],
        faults=_table(world.faults.listed()),
        effects=_choices(EFFECTS.items()),
        labels=_table(told["labels"][::-1]),
        bookings=_table(told["bookings"][::-1]),
        options=_table([{"option": name, "value": value} for name, value in options.items()]),
        option_names=_choices((name, name) for name in options),
        routes=_table([{"route": name, "count": n} for name, n in told["by_route"].items()]),
    )
    return Response(
        status=200, body=text.encode(), headers={"Content-Type": "text/html; charset=utf-8"}
    )


def _choices(pairs: Iterable[tuple[str, str]]) -> str:
    return "".join(
        f'<option value="{html.escape(value)}">{html.escape(text)}' for value, text in pairs
    )


def _table(rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return "<p>None.</p>"
    head = "".join(f"<th>{html.escape(name.replace('_', ' '))}</th>" for name in rows[0])
    lines = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(value))}</td>" for value in row.values()) + "</tr>"
        for row in rows[:MOST_ROWS]
    )
    more = f"<p>{len(rows) - MOST_ROWS} more.</p>" if len(rows) > MOST_ROWS else ""
    return f'<div class="scroll"><table><tr>{head}</tr>{lines}</table></div>{more}'
