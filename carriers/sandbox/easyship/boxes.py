"""Saved boxes: in the units of the account when they are made, in centimetres ever after."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from carriers.sandbox.easyship.answers import done, ok, page, refused
from carriers.sandbox.easyship.forms import check_form
from carriers.sandbox.easyship.rating import CENTIMETRES, GRAMS
from carriers.sandbox.wire import Request, Response, Route
from carriers.sandbox.world import World

KIND = "easyship.box"
SIDES = ("length", "width", "height")
Body = dict[str, Any]


def create(world: World, request: Request) -> Response:
    """The account counts in inches and pounds."""
    given = request.json()
    check_form(given, "BoxCreate")
    faults = _faults(given)
    if faults:
        raise refused("invalid_content", *faults)
    sizes = {side: round(given[f"outer_{side}"] * CENTIMETRES["in"], 2) for side in SIDES}
    box: Body = {
        "id": str(uuid4()),
        "name": given["name"],
        "slug": re.sub(r"[^a-z0-9]+", "-", given["name"].lower()).strip("-"),
        "outer_dimensions": sizes,
        "weight": round(given.get("weight", 0) * GRAMS["lb"] / 1000, 3),
        "type": "box",
        "courier": None,
    }
    world.store.insert(KIND, box["id"], box, lookup=box["slug"])
    return ok(201, "box", box)


def _faults(given: Body) -> list[str]:
    """Of a box without sizes the inner ones are missed as well."""
    faults = [] if given.get("name") else ["Name can't be blank"]
    for place in ("Outer", "Inner"):
        for side in SIDES:
            if not given.get(f"outer_{side}"):
                faults += [f"{place} {side} can't be blank", f"{place} {side} is not a number"]
    return faults


def listing(world: World, request: Request) -> Response:
    return page(request, "boxes", list(world.store.each(KIND)))


def _need(world: World, request: Request) -> Body:
    box = world.store.get(KIND, request.params["box_id"])
    if box is None:
        raise refused("resource_not_found", "The Box was not found")
    return box


def change(world: World, request: Request) -> Response:
    """Whether it is used and chosen by itself; neither shows in an answer."""
    box = _need(world, request)
    check_form(request.json(), "BoxUpdate")
    return ok(200, "box", box)


def delete(world: World, request: Request) -> Response:
    world.store.delete(KIND, _need(world, request)["id"])
    return done("Box successfully deleted")


def measure(world: World, asked: Body) -> None:
    """A parcel that names a saved box gets its sizes, in the units of the request."""
    units = (asked.get("shipping_settings") or {}).get("units") or {}
    factor = CENTIMETRES[units.get("dimensions", "cm")]
    for index, parcel in enumerate(asked["parcels"]):
        slug = (parcel.get("box") or {}).get("slug")
        if slug:
            found = world.store.find(KIND, lookup=slug)
            if not found:
                raise refused("invalid_content", f"parcels[{index}].box.slug is not a known box")
            sizes = found[0]["outer_dimensions"]
            parcel["box"] |= {side: sizes[side] / factor for side in SIDES}


ROUTES = (
    Route("POST", "/boxes", create),
    Route("GET", "/boxes", listing),
    Route("PATCH", "/boxes/{box_id}", change),
    Route("DELETE", "/boxes/{box_id}", delete),
)
