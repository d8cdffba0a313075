"""Webhooks: kept, tried, signed and delivered, again every minute until they are answered."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import urllib.error
import urllib.request
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from carriers.sandbox.easyship import events, moving
from carriers.sandbox.easyship.answers import NOT_COMPLIANT, done, ok, page, refused
from carriers.sandbox.easyship.drafting import stamp
from carriers.sandbox.easyship.forms import check_form
from carriers.sandbox.wire import Request, Response, Route
from carriers.sandbox.world import World

SIGNATURE = "X-EASYSHIP-SIGNATURE"
MOST_ATTEMPTS = 30
TIMEOUT_S = 5
Body = dict[str, Any]


def create(world: World, request: Request) -> Response:
    """A new webhook is inactive and says its secret."""
    given = request.json()
    _check(given, "WebhookCreate")
    at = stamp(world.clock.now())
    webhook = {
        "id": str(uuid4()),
        "endpoint": given["endpoint"],
        "configuration": given.get("configuration"),
        "event_types": given["event_types"],
        "version": given.get("version", "2024-09"),
        "state": "inactive",
        "secret_token": f"webh_{uuid4().hex}",
        "created_at": at,
        "updated_at": at,
    }
    world.store.insert(events.WEBHOOK, webhook["id"], webhook)
    return ok(201, "webhook", webhook)


def _check(given: Body, form: str) -> None:
    check_form(given, form)
    for name in given["event_types"]:
        if name not in events.EVENT_TYPES:
            where = "#/components/schemas/Webhook2024_09/properties/event_types/items"
            told = f"{json.dumps(name)} isn't part of the enum in {where}"
            raise refused("invalid_content", NOT_COMPLIANT, told)
    if urlsplit(given["endpoint"]).scheme not in ("http", "https"):
        raise refused("invalid_content", "Endpoint is not a valid URL")


def listing(world: World, request: Request) -> Response:
    return page(request, "webhooks", list(world.store.each(events.WEBHOOK)), _shown)


def show(world: World, request: Request) -> Response:
    return ok(200, "webhook", _shown(_need(world, request)))


def _shown(webhook: Body) -> Body:
    return {name: value for name, value in webhook.items() if name != "told_low"}


def _need(world: World, request: Request) -> Body:
    webhook = world.store.get(events.WEBHOOK, request.params["webhook_id"])
    if webhook is None:
        raise refused("resource_not_found", "The Webhook was not found")
    return webhook


def change(world: World, request: Request) -> Response:
    webhook, given = _need(world, request), request.json()
    _check(given, "WebhookCreate")
    kept = {
        name: given[name] for name in ("endpoint", "event_types", "configuration") if name in given
    }
    webhook |= kept | {"updated_at": stamp(world.clock.now())}
    world.store.save(events.WEBHOOK, webhook["id"], webhook)
    return ok(200, "webhook", _shown(webhook))


def delete(world: World, request: Request) -> Response:
    webhook = _need(world, request)
    _drop_deliveries(world, webhook)
    world.store.delete(events.WEBHOOK, webhook["id"])
    return done("Webhook successfully deleted!")


def activate(world: World, request: Request) -> Response:
    webhook = _need(world, request)
    moving.begin_telling(world)
    _set_state(world, webhook, "active")
    return done("Webhook successfully activated.")


def deactivate(world: World, request: Request) -> Response:
    _set_state(world, _need(world, request), "inactive")
    return done("Webhook successfully deactivated.")


def _set_state(world: World, webhook: Body, state: str) -> None:
    webhook |= {"state": state, "updated_at": stamp(world.clock.now())}
    world.store.save(events.WEBHOOK, webhook["id"], webhook)


def try_out(world: World, request: Request) -> Response:
    """Sends an event at once and says how it was answered; the webhook may be inactive."""
    webhook = _need(world, request)
    name = request.json().get("event_type")
    if name not in events.EVENT_TYPES:
        where = "#/components/schemas/WebhookTestCreate2024_09/properties/event_type"
        told = f"{json.dumps(name)} isn't part of the enum in {where}"
        raise refused("invalid_content", NOT_COMPLIANT, told)
    data = {"easyship_shipment_id": "ESUS10000001", "platform_order_number": "TEST"}
    body = events.envelope(name, "shipment", "ESUS10000001", data)
    code = _post(world, webhook, json.dumps(body))
    if 200 <= code < 300:
        return done("Webhook test succeeded")
    told = f"A 2xx status code is expected. (Response Code: {code})"
    raise refused("api_error", f"Webhook test failed. {told}")


def deliver_due(world: World) -> None:
    """Send what is due. After the last attempt the webhook is switched off."""
    now = world.clock.now()
    for key in world.store.keys(events.DELIVERY):
        delivery = world.store.get(events.DELIVERY, key)
        if delivery is None or datetime.fromisoformat(delivery["due_at"]) > now:
            continue
        webhook = world.store.get(events.WEBHOOK, delivery["webhook_id"])
        if webhook is None or webhook["state"] != "active":
            continue
        sent_at = world.clock.now()
        # Outside a transaction: the receiver may ask the twin before it answers.
        code = _post(world, webhook, delivery["body"])
        with world.store.transaction():
            _settle(world, webhook, delivery, sent_at, is_received=200 <= code < 300)


def _settle(
    world: World, webhook: Body, delivery: Body, sent_at: datetime, *, is_received: bool
) -> None:
    """The pause counts from the sending: the clock may be moved on before the answer is here."""
    delivery["attempts"] += 1
    if is_received:
        world.store.delete(events.DELIVERY, delivery["id"])
    elif delivery["attempts"] >= MOST_ATTEMPTS:
        _drop_deliveries(world, webhook)
        _set_state(world, webhook, world.options.easyship_webhook_gives_up)
    else:
        pause = timedelta(minutes=world.options.easyship_webhook_minutes)
        delivery["due_at"] = (sent_at + pause).isoformat()
        world.store.save(events.DELIVERY, delivery["id"], delivery)


def _drop_deliveries(world: World, webhook: Body) -> None:
    for delivery in world.store.children(events.DELIVERY, parent=webhook["id"]):
        world.store.delete(events.DELIVERY, delivery["id"])


def _post(world: World, webhook: Body, body: str) -> int:
    """The status of the answer; 0 when there was none."""
    account = world.store.get("easyship.account", "main") or {}
    signature = signed({"easyship_company_id": account["id"]}, webhook["secret_token"])
    headers = {"Content-Type": "application/json", SIGNATURE: signature}
    request = urllib.request.Request(  # noqa: S310 # the scheme was checked when it was kept
        webhook["endpoint"], data=body.encode(), headers=headers, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as exc:
        return exc.code
    except (OSError, HTTPException):
        return 0


def signed(claims: Body, secret: str) -> str:
    """A JSON Web Token by HMAC-SHA256. It proves the secret and does not cover the body."""
    parts = [_encoded(json.dumps(part).encode()) for part in ({"alg": "HS256"}, claims)]
    text = ".".join(parts)
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{_encoded(digest)}"


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


ROUTES = (
    Route("POST", "/webhooks", create),
    Route("GET", "/webhooks", listing),
    Route("GET", "/webhooks/{webhook_id}", show),
    Route("PATCH", "/webhooks/{webhook_id}", change),
    Route("DELETE", "/webhooks/{webhook_id}", delete),
    Route("POST", "/webhooks/{webhook_id}/activate", activate),
    Route("POST", "/webhooks/{webhook_id}/deactivate", deactivate),
    Route("POST", "/webhooks/{webhook_id}/test", try_out, is_atomic=False),
)
