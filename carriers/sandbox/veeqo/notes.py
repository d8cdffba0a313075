"""Small things that hang on an order, as they are kept: notes and the payment."""

from __future__ import annotations

from typing import Any

from carriers.sandbox.veeqo.values import USER, now, object_of, objects_of, shaped
from carriers.sandbox.world import World

Body = dict[str, Any]


def customer_note(world: World, order_id: int, given: Any) -> Body | None:
    text = object_of(given).get("text")
    if not text:
        return None
    pk = world.store.next_number("veeqo.note", 551001)
    return {"id": pk, "text": text, "order_id": order_id}


def notes(world: World, order_id: int, given: Any) -> list[Body]:
    return [
        shaped(
            "note",
            id=world.store.next_number("veeqo.note", 551001),
            text=note.get("text", ""),
            order_id=order_id,
            created_at=now(world),
            created_by=USER,
        )
        for note in objects_of(given)
    ]


def payment(world: World, order_id: int, given: Any) -> Body | None:
    paid = object_of(given)
    if not paid.get("payment_type"):
        return None
    at = now(world)
    return shaped(
        "payment",
        id=world.store.next_number("veeqo.payment", 6602001),
        payment_type=paid["payment_type"],
        reference_number=paid.get("reference_number"),
        created_at=at,
        updated_at=at,
        order_id=order_id,
    )
