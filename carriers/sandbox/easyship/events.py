"""What webhooks are told: one delivery for each active webhook that wants the event."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from carriers.sandbox.easyship.drafting import document_url
from carriers.sandbox.world import World

WEBHOOK = "easyship.webhook"
DELIVERY = "easyship.delivery"
# What a webhook subscribes to, and the name that the event then bears.
EVENT_TYPES = {
    "shipment_label_created": "shipment.label.created",
    "shipment_label_failed": "shipment.label.failed",
    "shipment_tracking_status_changed": "shipment.tracking.status.changed",
    "shipment_tracking_checkpoints_created": "shipment.tracking.checkpoints.created",
    "shipment_cancelled": "shipment.cancelled",
    "shipment_warehouse_state_updated": "shipment.warehouse.state.updated",
    "batch_started": "batch.started",
    "batch_finished": "batch.finished",
    "batch_item_finished": "batch.item.finished",
    "credit_balance_low": "credit.balance.low",
    "courier_state_changed": "courier.state.changed",
    "external_shipment_insured": "external.shipment.insured",
    "oauth_authorization_revoked": "oauth.authorization.revoked",
}
MOVES = frozenset({"shipment_tracking_status_changed", "shipment_tracking_checkpoints_created"})
Body = dict[str, Any]


def is_anyone_listening(world: World, names: frozenset[str]) -> bool:
    return any(
        webhook["state"] == "active" and names & set(webhook["event_types"])
        for webhook in world.store.each(WEBHOOK)
    )


def emit(world: World, name: str, resource_type: str, resource_id: str, data: Body) -> None:
    """Part of the transaction that the event tells of. A fault may double or delay it."""
    body = envelope(name, resource_type, resource_id, data)
    for webhook in world.store.each(WEBHOOK):
        if webhook["state"] == "active" and name in webhook["event_types"]:
            _queue(world, webhook, name, body)


def envelope(name: str, resource_type: str, resource_id: str, data: Body) -> Body:
    return {
        "event_type": EVENT_TYPES[name],
        "resource_type": resource_type,
        "resource_id": resource_id,
        "data": data,
    }


def _queue(world: World, webhook: Body, name: str, body: Body) -> None:
    fault = world.faults.take("WEBHOOK", name, (body["data"].get("platform_order_number") or ""))
    due = world.clock.now()
    if fault and fault.effect == "lose":
        return
    if fault and fault.effect in ("hold_after", "out_of_order"):
        due += timedelta(seconds=fault.seconds)
    copies = 2 if fault and fault.effect == "duplicate" else 1
    for _ in range(copies):
        key = str(uuid4())
        delivery = {
            "id": key,
            "webhook_id": webhook["id"],
            "event": name,
            "body": json.dumps(body),
            "attempts": 0,
            "due_at": due.isoformat(),
        }
        world.store.insert(DELIVERY, key, delivery, parent=webhook["id"])


def _names(shipment: Body) -> Body:
    return {
        "easyship_shipment_id": shipment["easyship_shipment_id"],
        "platform_order_number": shipment["order_data"]["platform_order_number"],
    }


def label_created(world: World, shipment: Body) -> None:
    data = _names(shipment) | {
        "status": "success",
        "label_url": document_url(world, shipment, "label", "4x6"),
        "tracking_number": shipment["trackings"][0]["tracking_number"],
        "tracking_page_url": shipment["tracking_page_url"],
    }
    _emit_shipment(world, "shipment_label_created", shipment, data)


def label_failed(world: World, shipment: Body) -> None:
    data = _names(shipment) | {"status": "failed"}
    _emit_shipment(world, "shipment_label_failed", shipment, data)


def cancelled(world: World, shipment: Body) -> None:
    data = _names(shipment) | {"status": "cancelled"}
    _emit_shipment(world, "shipment_cancelled", shipment, data)


def status_changed(world: World, shipment: Body, status: str) -> None:
    data = _movement(shipment, status)
    _emit_shipment(world, "shipment_tracking_status_changed", shipment, data)


def checkpoints_created(
    world: World, shipment: Body, status: str, checkpoints: Sequence[Body]
) -> None:
    data = _movement(shipment, status) | {"checkpoints": list(checkpoints)}
    _emit_shipment(world, "shipment_tracking_checkpoints_created", shipment, data)


def _movement(shipment: Body, status: str) -> Body:
    return _names(shipment) | {
        "company_order_number": shipment["order_data"]["platform_order_number"],
        "origin": shipment["origin_address"]["country_alpha2"],
        "destination": shipment["destination_address"]["country_alpha2"],
        "status": status,
        "tracking_number": shipment["trackings"][0]["tracking_number"],
        "tracking_page_url": shipment["tracking_page_url"],
    }


def _emit_shipment(world: World, name: str, shipment: Body, data: Body) -> None:
    emit(world, name, "shipment", shipment["easyship_shipment_id"], data)


def balance_changed(world: World, balance: Decimal) -> None:
    """Low is below the limit of a webhook; told once a day."""
    today = f"{world.clock.now():%Y-%m-%d}"
    account = world.store.get("easyship.account", "main") or {}
    data = {"available_balance": float(balance), "balance": float(balance), "currency": "USD"}
    body = envelope("credit_balance_low", "company", account["id"], data)
    for webhook in world.store.each(WEBHOOK):
        limit = _limit_of(webhook)
        wants = webhook["state"] == "active" and "credit_balance_low" in webhook["event_types"]
        if wants and limit is not None and balance < limit and webhook.get("told_low") != today:
            world.store.save(WEBHOOK, webhook["id"], webhook | {"told_low": today})
            _queue(world, webhook, "credit_balance_low", body)


def _limit_of(webhook: Body) -> Decimal | None:
    given = ((webhook["configuration"] or {}).get("credit_balance_low") or {}).get(
        "credit_balance_limit"
    )
    return None if given is None else Decimal(str(given))
