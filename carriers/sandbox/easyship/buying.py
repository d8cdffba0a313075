"""Money and labels of a shipment: paying, making the label now or later, refunding."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import uuid4

from carriers.sandbox.easyship import events
from carriers.sandbox.easyship.answers import refused
from carriers.sandbox.easyship.drafting import stamp
from carriers.sandbox.shipping import PRICE_RISE, tracking_number
from carriers.sandbox.wire import Request
from carriers.sandbox.world import World

KIND = "easyship.shipment"
# Shipments whose label was paid and is not made yet.
PENDING = "easyship.pending"
# Shipments on their way, with the number of scans that webhooks have told.
MOVING = "easyship.moving"
# Which shipment the id in the address of a document means.
PAPERS = "easyship.papers"
# Refunds that are on their way.
COMING = "easyship.coming"
# A label for this recipient is refused by the carrier, for trying out what follows.
REFUSED_NAME = "Label Refused"
REFUSED_TEXT = "Invalid address provided for Receiver Address"
NO_FUNDS = "We were unable to generate a label as you do not have enough funds on your account."
REFUND = "Refund after Cancellation"
LABELLED = ("generated", "printed")
Body = dict[str, Any]


def keep(world: World, shipment: Body) -> None:
    world.store.save(KIND, shipment["easyship_shipment_id"], shipment)


def buy(world: World, shipment: Body, request: Request, *, synchronous: bool) -> list[str]:
    """Pay, and make the label at once or later; returns the carrier's words when it refuses."""
    if request.effect == "price_changed":
        _raise_price(shipment)
    _pay(world, shipment, short=request.effect == "no_funds")
    now = world.clock.now()
    refuses = shipment["destination_address"]["contact_name"] == REFUSED_NAME
    shipment |= {
        "label_paid_at": stamp(now),
        "label_state": "pending",
        "label_fails": refuses or request.effect == "fail_label",
    }
    if synchronous:
        return _finish(world, shipment, now)
    world.store.insert(PENDING, shipment["easyship_shipment_id"], {})
    return []


def caught_up(world: World, shipment: Body) -> Body:
    """An asynchronous label waits, is being made for as long, and is then ready or has failed."""
    if shipment["label_state"] not in ("pending", "generating"):
        return shipment
    paid_at = datetime.fromisoformat(shipment["label_paid_at"])
    takes = timedelta(seconds=world.options.easyship_label_seconds)
    ready = paid_at + takes
    if world.clock.now() < ready:
        is_begun = world.clock.now() >= paid_at + takes / 2
        return shipment | {"label_state": "generating" if is_begun else "pending"}
    with world.store.transaction():
        # Somebody else may have finished it since it was read.
        current = world.store.get(KIND, shipment["easyship_shipment_id"]) or shipment
        if current["label_state"] in ("pending", "generating"):
            _finish(world, current, ready)
            keep(world, current)
            world.store.delete(PENDING, current["easyship_shipment_id"])
    return current


def finish_due(world: World) -> None:
    """Labels whose time has come are made even if nobody asks for them."""
    for pk in world.store.keys(PENDING):
        shipment = world.store.get(KIND, pk)
        if shipment is not None:
            caught_up(world, shipment)
    _forget_settled(world)


def _forget_settled(world: World) -> None:
    now = stamp(world.clock.now())
    for key in world.store.keys(COMING):
        refund = world.store.get(COMING, key)
        if refund is not None and refund["settled_at"] <= now:
            world.store.delete(COMING, key)


def _finish(world: World, shipment: Body, at: datetime) -> list[str]:
    if not shipment["label_fails"]:
        _make(world, shipment, at)
        events.label_created(world, shipment)
        return []
    refund(world, shipment)
    failure = {"code": "1019000", "content": REFUSED_TEXT}
    shipment |= {
        "label_state": "failed",
        "last_failure_http_response_messages": [failure],
        "updated_at": stamp(at),
    }
    events.label_failed(world, shipment)
    return [REFUSED_TEXT]


def _make(world: World, shipment: Body, at: datetime) -> None:
    carrier = shipment["courier_service"]["umbrella_name"]
    number = tracking_number(carrier, world.store.next_number("easyship.tracking", 80000001))
    is_text = shipment["printing"].get("format") == "zpl"
    shipment |= {
        "label_state": "printed" if is_text else "generated",
        "label_generated_at": stamp(at),
        "updated_at": stamp(at),
        "delivery_state": "pending",
        "last_failure_http_response_messages": [],
        "trackings": [
            {
                "tracking_number": number,
                "local_tracking_number": None,
                "alternate_tracking_number": None,
                "leg_number": 1,
                "handler": carrier.lower(),
                "tracking_state": "active",
            }
        ],
    }
    for parcel, own in zip(shipment["parcels"], _own_numbers(world, shipment, number), strict=True):
        parcel["tracking_number"] = own
    label = {
        "id": str(uuid4()),
        "shipment_id": shipment["easyship_shipment_id"],
        "number": number,
        "cost": str(charge_of(shipment)),
        "currency": shipment["currency"],
        "carrier": carrier,
        "service": shipment["courier_service"]["name"],
        "reference": shipment["order_data"]["platform_order_number"] or "",
        "bought_at": stamp(at),
    }
    world.store.insert("easyship.label", label["id"], label)
    world.store.put(PAPERS, shipment["document_id"], {"id": shipment["easyship_shipment_id"]})
    world.store.insert(MOVING, shipment["easyship_shipment_id"], {"scans": 0})


def _own_numbers(world: World, shipment: Body, number: str) -> list[str | None]:
    """The first parcel goes by the shipment's number, the others by their own where so told."""
    count, told = len(shipment["parcels"]), world.options.easyship_parcel_numbers
    if told != "each":
        return [number if told == "first" else None, *[None] * (count - 1)]
    carrier = shipment["courier_service"]["umbrella_name"]
    others = (world.store.next_number("easyship.tracking", 80000001) for _ in range(count - 1))
    return [number, *(tracking_number(carrier, other) for other in others)]


def charge_of(shipment: Body) -> Decimal:
    """What the chosen service costs, as the rates of the shipment say."""
    return Decimal(str(_chosen_rate(shipment)["total_charge"]))


def _chosen_rate(shipment: Body) -> Body:
    wanted = shipment["courier_service"]["id"]
    rate: Body = next(r for r in shipment["rates"] if r["courier_service"]["id"] == wanted)
    return rate


def _raise_price(shipment: Body) -> None:
    rate = _chosen_rate(shipment)
    for name in ("shipment_charge_total", "total_charge"):
        risen = Decimal(str(rate[name])) * PRICE_RISE
        rate[name] = float(risen.quantize(Decimal("0.01"), ROUND_HALF_UP))


def _pay(world: World, shipment: Body, *, short: bool) -> None:
    """Take the charge from the balance; 402 when it does not hold so much."""
    charge = charge_of(shipment)
    if short or balance(world) < charge:
        raise refused("payment_required", NO_FUNDS)
    _book(world, shipment, charge, None, "Shipment charge")
    events.balance_changed(world, balance(world))


def refund(world: World, shipment: Body) -> None:
    """Give back what is still paid, sooner or later; a second refund gives nothing."""
    pk = shipment["easyship_shipment_id"]
    records = world.store.children("easyship.transaction", parent=pk)
    paid = sum((Decimal(record["amount"]) for record in records), Decimal(0))
    if paid > 0:
        after = timedelta(seconds=world.options.easyship_refund_seconds)
        _book(world, shipment, -paid, REFUND, REFUND, after=after)


def adjust(world: World, pk: str, amount: Decimal, kind: str) -> Body:
    """A surcharge, or with a negative amount a refund, long after the label was bought."""
    shipment = world.store.get(KIND, pk)
    if shipment is None:
        raise LookupError(f"there is no shipment {pk!r}")
    with world.store.transaction():
        _book(world, shipment, amount, kind, kind)
    return {"easyship_shipment_id": pk, "amount": str(amount), "adjustment_type": kind}


def balance(world: World) -> Decimal:
    """What can be spent: a refund counts when it is settled."""
    account = world.store.get("easyship.account", "main") or {"balance": "0"}
    now = stamp(world.clock.now())
    coming = (row for row in world.store.each(COMING) if row["settled_at"] > now)
    return Decimal(account["balance"]) + sum((Decimal(row["amount"]) for row in coming), Decimal(0))


def settled(world: World, records: Iterable[Body]) -> list[Body]:
    """Without those whose time has not come: nobody is told of them yet."""
    now = stamp(world.clock.now())
    return [record for record in records if record["settled_at"] <= now]


def _book(
    world: World,
    shipment: Body,
    amount: Decimal,
    kind: str | None,
    description: str,
    *,
    after: timedelta = timedelta(0),
) -> None:
    """A charge is above zero and a refund below; the account moves the other way."""
    account = world.store.get("easyship.account", "main") or {}
    account["balance"] = str(Decimal(account["balance"]) - amount)
    world.store.save("easyship.account", "main", account)
    pk = shipment["easyship_shipment_id"]
    record = {
        "id": str(uuid4()),
        "easyship_shipment_id": pk,
        "amount": str(amount),
        "adjustment_type": kind,
        "description": description,
        "payment_recipient": "Easyship",
        "settled_at": stamp(world.clock.now() + after),
    }
    world.store.insert("easyship.transaction", record["id"], record, parent=pk)
    if after:
        world.store.insert(COMING, str(record["id"]), record)
