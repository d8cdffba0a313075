"""Shapes of the big objects, and how Veeqo writes times, money and refusals."""

from __future__ import annotations

import copy
import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from carriers.sandbox.wire import Refusal, Request, json_response
from carriers.sandbox.world import World

SHAPES: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "shapes.json").read_text(encoding="utf-8")
)
GRAMS_PER_OUNCE = 28.349523125
CM_PER_INCH = 2.54
USER = {"id": 70411, "login": "Dispatch Bot", "email": "dispatch@example.com"}
COMPANY_ID = 5120
ADDRESS_KEYS = (
    "first_name", "last_name", "company", "address1", "address2", "city", "state", "zip",
    "country", "phone", "email",
)  # fmt: skip


def shaped(name: str, /, **values: Any) -> dict[str, Any]:
    """An object with every key of its kind, `values` over the defaults."""
    return copy.deepcopy(SHAPES[name]) | values


def stamp(moment: datetime) -> str:
    """ISO 8601 UTC with milliseconds."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def now(world: World) -> str:
    return stamp(world.clock.now())


def refusal(status: int, texts: str | list[str]) -> Refusal:
    return Refusal(json_response(status, {"error_messages": texts}))


def not_found(kind: str, world: World) -> Refusal:
    """Shapes of "not found" by what was asked for; only orders and products have been seen."""
    if kind == "product":
        return Refusal(json_response(404, {"status": "404", "error": "Not Found"}))
    if kind == "order" or world.options.veeqo_not_found_body == "messages":
        return refusal(404, "Not found")
    return Refusal(json_response(404, {"status": 404, "error": "Not Found"}))


def wrapped(request: Request, name: str) -> dict[str, Any]:
    """The object inside the envelope that a write wants; 400 without it."""
    inner = request.json().get(name)
    if not isinstance(inner, dict):
        raise refusal(400, [f"param is missing or the value is empty: {name}"])
    return inner


def wrapped_or_bare(request: Request, name: str) -> dict[str, Any]:
    """The documents show an envelope; clients that are in use do without it."""
    return object_of(request.json().get(name)) or request.json()


def objects_of(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; whatever else is sent counts for nothing."""
    entries = value if isinstance(value, list) else []
    return [entry for entry in entries if isinstance(entry, dict)]


def object_of(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def number_of(value: Any, default: float = 0.0) -> float:
    """Numbers come as numbers or as text."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return default
    return number if math.isfinite(number) else default


def whole_of(value: Any) -> int:
    return int(number_of(value))


def moment_of(text: str) -> datetime | None:
    """A time in ISO form or as the documents write it, or a day; UTC unless it says otherwise."""
    for read in (datetime.fromisoformat, lambda day: datetime.strptime(day, "%d/%m/%Y")):  # noqa: DTZ007
        try:
            moment = read(text.strip())
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def need(kind: str, world: World, key: str | int) -> dict[str, Any]:
    found = world.store.get(f"veeqo.{kind}", str(key))
    if found is None:
        raise not_found(kind, world)
    return found


def keep(kind: str, world: World, body: dict[str, Any]) -> None:
    world.store.save(f"veeqo.{kind}", str(body["id"]), body)


def address_of(world: World, shape: str, given: dict[str, Any]) -> dict[str, Any]:
    """An address as it is shown; one to deliver to can be named by its id later."""
    values = {key: given.get(key) or None for key in ADDRESS_KEYS}
    pk = given.get("id") or world.store.next_number("veeqo.address", 7730001)
    address = shaped(shape, id=pk, **values)
    if shape == "address":
        world.store.put("veeqo.address", str(pk), address)
    return address
