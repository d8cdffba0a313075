"""Lists that do not change: categories of goods and the customs codes that the twin knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from carriers.sandbox.easyship.answers import page
from carriers.sandbox.wire import Request, Response, Route
from carriers.sandbox.world import World

_LISTS = json.loads((Path(__file__).parent / "reference_lists.json").read_text(encoding="utf-8"))
# Ids and slugs as they were seen in one account; each leads to one of the codes below.
CATEGORIES: list[dict[str, Any]] = [
    {
        "id": number,
        "name": slug.replace("_", " ").capitalize(),
        "slug": slug,
        "hs_code": hs_code,
        "active": True,
        "includes_battery": has_battery,
        "contains_liquids": False,
        "contains_battery_pi966": False,
        "contains_battery_pi967": has_battery,
    }
    for number, (slug, hs_code, has_battery) in enumerate(_LISTS["categories"], start=1)
]
HS_CODES: list[dict[str, str]] = [
    {"code": code, "description": description} for code, description in _LISTS["hs_codes"]
]


def categories(world: World, request: Request) -> Response:
    return page(request, "item_categories", CATEGORIES)


def hs_codes(world: World, request: Request) -> Response:
    """By the beginning of a code and by a part of a description."""
    code, words = request.first("code"), request.first("description").lower()
    found = [
        row
        for row in HS_CODES
        if row["code"].startswith(code) and words in row["description"].lower()
    ]
    return page(request, "hs_codes", found)


ROUTES = (
    Route("GET", "/item_categories", categories),
    Route("GET", "/hs_codes", hs_codes),
)
