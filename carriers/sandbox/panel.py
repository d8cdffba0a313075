"""The page on which a person watches the twin and makes it fail."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from string import Template
from typing import Any

from carriers.sandbox import scenarios
from carriers.sandbox.faults import EFFECTS, OF_WEBHOOKS, PLAYED, STATUSED, TIMED
from carriers.sandbox.panel_parts import badge, code, moment, options, rows_shown, table
from carriers.sandbox.wire import Response
from carriers.sandbox.world import PRESETS, World

PAGE = Template((Path(__file__).parent / "panel.html").read_text(encoding="utf-8"))
LAST_CALLS = 60
Row = dict[str, Any]


def page(world: World, told: Row) -> Response:
    """`told` is the report."""
    faults = world.faults.listed()
    text = PAGE.substitute(
        _glance(told),
        met=sum(fault["met"] for fault in faults),
        scenarios=_scenarios(world),
        faults=_faults(faults),
        no_faults="" if faults else " hidden",
        effects=_effects(),
        paths=_paths(told["by_route"]),
        calls=_calls(world),
        labels=_labels(told["labels"]),
        bookings=_bookings(told["bookings"]),
        routes=table(("Route", "#Calls"), ([code(k), str(n)] for k, n in told["by_route"].items())),
        options=options(world.options),
        presets=_options((name, name) for name in PRESETS),
    )
    return Response(
        status=200, body=text.encode(), headers={"Content-Type": "text/html; charset=utf-8"}
    )


def _glance(told: Row) -> Row:
    at = datetime.fromisoformat(told["clock"])
    live = Counter(
        (row["platform"], row["booking_id"]) for row in told["labels"] if row["state"] == "bought"
    )
    return {
        "time": f"{at:%H:%M:%S}",
        "day": f"{at:%d %b %Y}",
        "requests": told["requests"],
        "booked": len(told["bookings"]),
        "sold": len(told["labels"]),
        "voided": sum(row["state"] == "voided" for row in told["labels"]),
        "doubled": sum(count > 1 for count in live.values()),
    }


def _scenarios(world: World) -> str:
    current = scenarios.saved(world)["name"]
    return "".join(
        f'<form data-method="POST" data-name="scenario"{_marked(row["name"], current)}>'
        f"<strong>{html.escape(row['name'])}</strong><p>{html.escape(row['about'])}</p>"
        f'<input type="hidden" name="name" value="{html.escape(row["name"])}">'
        "<button>Load</button><output></output></form>"
        for row in scenarios.shipped()
    )


def _marked(name: str, current: str) -> str:
    return ' class="set" aria-current="true"' if name == current else ""


def _faults(faults: list[Row]) -> str:
    if not faults:
        return '<p class="muted">Nothing goes wrong at present.</p>'
    heads = ("Calls", "What goes wrong", "When", "#Met", "#Looked at", "")
    return table(heads, (_fault(place, row) for place, row in enumerate(faults)))


def _fault(place: int, row: Row) -> list[str]:
    named = f"{row['method']} {row['path'] or 'every event'}"
    what = f"<strong>{row['effect']}</strong><br>{_plain(EFFECTS[row['effect']])}"
    away = (
        f'<form data-method="DELETE" data-name="faults/{place}">'
        "<button>Take away</button><output></output></form>"
    )
    return [
        code(named), what, _when(row), str(row["met"]), str(row["seen"]), away,
    ]  # fmt: skip


def _when(row: Row) -> str:
    times = {-1: "for ever", 0: "used up"}.get(row["times"], f"{row['times']} more")
    told = []
    if row["probability"] < 1:
        told.append(f"{row['probability']:.0%} of them")
    if row["skip"]:
        told.append(f"after {row['skip']}")
    if row["reference"]:
        told.append(f"order {code(row['reference'])}")
    if row["effect"] in STATUSED:
        told.append(f"status {row['status']}")
    if row["effect"] in TIMED:
        told.append(f"{row['seconds']:g} s")
    return f"{badge(times, 'bad' if row['times'] else '')} {', '.join(told)}"


def _effects() -> str:
    """In three groups, each saying which fields it needs."""
    groups = (
        ("Any call", [name for name in EFFECTS if name not in PLAYED | OF_WEBHOOKS]),
        ("Purchases of labels", [name for name in EFFECTS if name in PLAYED]),
        ("Webhooks", [name for name in EFFECTS if name in OF_WEBHOOKS]),
    )
    return "".join(
        f'<optgroup label="{title}">{"".join(map(_effect, names))}</optgroup>'
        for title, names in groups
    )


def _effect(name: str) -> str:
    needs = "status" if name in STATUSED else "seconds" if name in TIMED else ""
    webhook = "1" if name in OF_WEBHOOKS else ""
    return (
        f'<option value="{name}" data-needs="{needs}" data-webhook="{webhook}">'
        f"{name}: {_plain(EFFECTS[name])}</option>"
    )


def _plain(text: str) -> str:
    """Without the marks of code, and without what the group says already."""
    bare = text.partition(" (method")[0].replace(" (`status`)", "").replace("`", "")
    return html.escape(bare)


def _paths(by_route: Iterable[str]) -> str:
    """What was asked so far, to choose from."""
    known = {name.partition(" ")[2].partition("{")[0] for name in by_route}
    return _options((path, path) for path in sorted(known))


def _options(pairs: Iterable[tuple[str, str]]) -> str:
    return "".join(
        f'<option value="{html.escape(value)}">{html.escape(text)}</option>'
        for value, text in pairs
    )


def _calls(world: World) -> str:
    rows = world.store.last_requests(LAST_CALLS)
    return table(("At", "Platform", "Call", "Done there", "Fault", "Key"), map(_call, rows))


def _call(row: Row) -> list[str]:
    status = row["status"]
    kind = "ok" if status < 400 else "warn" if status < 500 else "bad"
    return [
        moment(row["at"]),
        row["dialect"],
        code(f"{row['method']} {row['path']}"),
        badge(str(status), kind),
        badge(row["effect"], "bad") if row["effect"] else "",
        code(f"…{row['key_end']}"),
    ]


def _labels(labels: list[Row]) -> str:
    heads = ("Order", "Platform", "Service", "Tracking", "#Cost", "State", "Bought")
    shown = table(heads, map(_label, rows_shown(labels)))
    return shown + _more(labels)


def _label(row: Row) -> list[str]:
    return [
        f'<span class="nowrap">{html.escape(row["reference"])}</span>',
        row["platform"],
        html.escape(row["service"]),
        code(row["tracking_number"]),
        f"{row['cost']} {row['currency']}",
        badge(row["state"], "ok" if row["state"] == "bought" else "warn"),
        moment(row["bought_at"]),
    ]


def _bookings(bookings: list[Row]) -> str:
    shown = (
        [html.escape(row["reference"]), row["platform"], code(row["id"]), badge(row["state"], "")]
        for row in rows_shown(bookings)
    )
    return table(("Order", "Platform", "Id", "State"), shown) + _more(bookings)


def _more(rows: list[Row]) -> str:
    hidden = len(rows) - len(rows_shown(rows))
    return f'<p class="muted">{hidden} more in the report.</p>' if hidden else ""
