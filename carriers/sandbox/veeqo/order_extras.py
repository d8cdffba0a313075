"""Notes, tags, payments and returns of orders."""

from __future__ import annotations

from typing import Any

from carriers.sandbox.veeqo import orders
from carriers.sandbox.veeqo.allocating import settle_status
from carriers.sandbox.veeqo.notes import notes
from carriers.sandbox.veeqo.values import (
    COMPANY_ID,
    keep,
    need,
    not_found,
    refusal,
    whole_of,
    wrapped,
)
from carriers.sandbox.wire import Request, Response, Route, json_response
from carriers.sandbox.world import World

Body = dict[str, Any]


def add_note(world: World, request: Request) -> Response:
    doc = need("order", world, request.params["order_id"])
    note = notes(world, doc["id"], [wrapped(request, "note")])[0]
    doc["employee_notes"].append(note)
    keep("order", world, doc)
    return json_response(201, {key: note[key] for key in note if key != "mentions"})


def note_line(world: World, request: Request) -> Response:
    """200 and nothing in it; the note stands on the line of the order."""
    wanted = whole_of(request.params["line_id"])
    for doc in world.store.each("veeqo.order", newest_first=True):
        for line in doc["lines"]:
            if line["id"] == wanted:
                line["options"] = request.json().get("additional_options")
                keep("order", world, doc)
                return Response(status=200)
    raise not_found("line_item", world)


def returns(world: World, request: Request) -> Response:
    """Returns are opened by hand on the platform, and nobody does that here."""
    need("order", world, request.params["order_id"])
    return json_response(200, [])


def pay(world: World, request: Request) -> Response:
    given = wrapped(request, "payment_attributes")
    doc = need("order", world, whole_of(given.get("order_id")))
    orders.pay(world, doc, given)
    settle_status(world, doc)
    return Response(status=204)


def tags(world: World, request: Request) -> Response:
    return json_response(200, list(world.store.each("veeqo.tag")))


def tag(world: World, request: Request) -> Response:
    return json_response(200, need("tag", world, request.params["tag_id"]))


def create_tag(world: World, request: Request) -> Response:
    given = request.json()
    missing = [name for name in ("name", "colour") if not given.get(name)]
    if missing:
        raise refusal(400, [f"{name.capitalize()} can't be blank" for name in missing])
    pk = world.store.next_number("veeqo.tag", 66001)
    made = {
        "id": pk,
        "name": given["name"],
        "colour": given["colour"],
        "company_id": COMPANY_ID,
        # Stays so even when it is used.
        "taggings_count": 0,
        "deleted_at": None,
        "deleted_by_id": None,
    }
    world.store.insert("veeqo.tag", str(pk), made)
    return json_response(201, made)


def delete_tag(world: World, request: Request) -> Response:
    world.store.delete("veeqo.tag", str(need("tag", world, request.params["tag_id"])["id"]))
    return Response(status=204)


def bulk_tag(world: World, request: Request) -> Response:
    """204, by POST to set and by DELETE, with a body too, to take away."""
    given = request.json()
    for name in ("order_ids", "tag_ids"):
        if not isinstance(given.get(name), list):
            raise refusal(400, [f"{name} is missing"])
    wanted = [need("tag", world, pk) for pk in given["tag_ids"]]
    ids = {tag["id"] for tag in wanted}
    for pk in given["order_ids"]:
        doc = need("order", world, pk)
        kept = [tag for tag in doc["tags"] if tag["id"] not in ids]
        doc["tags"] = kept if request.method == "DELETE" else [*kept, *map(_on_order, wanted)]
        keep("order", world, doc)
    return Response(status=204)


def _on_order(tag: Body) -> Body:
    return {"id": tag["id"], "name": tag["name"], "colour": tag["colour"]}


ROUTES = (
    Route("POST", "/orders/{order_id}/notes", add_note),
    Route("PUT", "/line_items/{line_id}", note_line),
    Route("GET", "/orders/{order_id}/returns", returns),
    Route("POST", "/payments", pay),
    Route("GET", "/tags", tags),
    Route("GET", "/tags/{tag_id}", tag),
    Route("POST", "/tags", create_tag),
    Route("DELETE", "/tags/{tag_id}", delete_tag),
    Route("POST", "/bulk_tagging", bulk_tag),
    Route("DELETE", "/bulk_tagging", bulk_tag),
)
