"""Easyship's manners: the bearer, the two limits, envelopes with a request id."""

from __future__ import annotations

import time
from collections.abc import Mapping
from math import ceil
from typing import Any

from carriers.sandbox.easyship import (
    batches,
    boxes,
    buying,
    customs,
    foreign,
    idempotency,
    listing,
    manifests,
    moving,
    paperwork,
    pickups,
    reference_lists,
    resources,
    returns,
    shipments,
    verifying,
    webhooks,
)
from carriers.sandbox.easyship.answers import NOT_COMPLIANT, error, with_request_id
from carriers.sandbox.easyship.scopes import missing_scope
from carriers.sandbox.limits import Exceeded
from carriers.sandbox.wire import MalformedBody, Request, Response, Route
from carriers.sandbox.world import Options, World

FORBIDDEN = 403
BURST = (
    "You have reached the maximum number of requests per second. "
    "Contact your account manager to request a higher limit."
)
# Calls that sell labels, the last one in the older version; and calls that do when told to.
BUYING = frozenset({"/batches/labels", "/labels"})
CREATING = frozenset({"/shipments", "/batches/shipments"})


class EasyshipDialect:
    """Implements `wire.Dialect` for version 2024-09."""

    name = "easyship"
    prefix = "/2024-09/"
    routes: tuple[Route, ...] = (
        *listing.ROUTES,
        # "trackings" would be taken for the id of a shipment.
        *moving.ROUTES,
        *shipments.ROUTES,
        *paperwork.ROUTES,
        *batches.ROUTES,
        *webhooks.ROUTES,
        *pickups.ROUTES,
        *manifests.ROUTES,
        *boxes.ROUTES,
        *returns.ROUTES,
        *resources.ROUTES,
        *reference_lists.ROUTES,
        *customs.ROUTES,
        *verifying.ROUTES,
        *foreign.ROUTES,
    )

    def refuse(self, world: World, request: Request) -> Response | None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        options = world.options
        if token not in world.easyship_keys or _is_of_other_host(token, options):
            return error("invalid_token")
        if options.enforce_limits and (
            exceeded := world.windows.admit(
                token,
                per_second=options.easyship_per_second,
                per_minute=options.easyship_per_minute,
            )
        ):
            return _too_many(exceeded, options)
        if missing_scope(options.easyship_scopes.split(), request.method, self.local(request)):
            return error("forbidden")
        return None

    def honours_keys(self, world: World) -> bool:
        return world.options.easyship_idempotency == "both"

    def recall(self, world: World, request: Request) -> Response | None:
        is_known = idempotency.is_keyed(request) and self.honours_keys(world)
        return idempotency.recall(world, request) if is_known else None

    def remember(self, world: World, request: Request, response: Response) -> None:
        if idempotency.is_keyed(request) and self.honours_keys(world):
            idempotency.remember(world, request, response)

    def local(self, request: Request) -> str:
        """The path below the version."""
        return request.path[len(self.prefix) - 1 :]

    def delay_s(self, world: World, request: Request) -> float:
        """A label that is made while the caller waits takes its time."""
        wants_now = request.method == "POST" and (
            self.local(request).endswith("/label") or _buys_at_once(request)
        )
        return world.options.easyship_sync_label_seconds if wants_now else 0.0

    def too_many(self, world: World) -> Response:
        options = world.options
        return _too_many(Exceeded(limit=options.easyship_per_second, free_in_s=1.0), options)

    def not_found(self, request: Request) -> Response:
        return error("invalid_endpoint", NOT_COMPLIANT)

    def malformed(self, request: Request, detail: str) -> Response:
        return error("invalid_request", detail)

    def finish(self, request: Request, response: Response) -> Response:
        return with_request_id(response)

    def is_purchase(self, route: Route | None, request: Request) -> bool:
        """By a call of its own, or together with the shipments that are to have labels."""
        local = self.local(request)
        if route is None or request.method != "POST":
            return False
        if local in CREATING:
            return _buys(request)
        return local in BUYING or local.endswith("/label")

    def reference_of(self, world: World, request: Request) -> str:
        pk = request.params.get("easyship_shipment_id")
        if pk:
            shipment = world.store.get(buying.KIND, pk) or {"order_data": {}}
            return str(shipment["order_data"].get("platform_order_number") or "")
        if request.method == "GET":
            return request.first("platform_order_number")
        order_data = _given(request).get("order_data")
        if not isinstance(order_data, dict):
            return ""
        return str(order_data.get("platform_order_number") or "")

    def tick(self, world: World) -> None:
        """What happens without being asked for: batches, labels, pickups, moves, webhooks."""
        batches.work_off(world)
        buying.finish_due(world)
        pickups.confirm_due(world)
        moving.tell_moves(world)
        webhooks.deliver_due(world)

    def bookings(self, world: World) -> list[dict[str, Any]]:
        return [
            {
                "platform": self.name,
                "reference": shipment["order_data"]["platform_order_number"] or "",
                "id": shipment["easyship_shipment_id"],
                "state": shipment["shipment_state"],
            }
            for shipment in world.store.each(buying.KIND)
        ]

    def labels(self, world: World) -> list[dict[str, Any]]:
        """Every label ever sold."""
        rows = []
        for label in world.store.each("easyship.label"):
            shipment = world.store.get(buying.KIND, label["shipment_id"]) or {}
            voided = shipment.get("label_state") == "voided"
            rows.append(
                {
                    "platform": self.name,
                    "reference": label["reference"],
                    "booking_id": label["shipment_id"],
                    "shipment_id": label["shipment_id"],
                    "carrier": label["carrier"].upper(),
                    "service": label["service"],
                    "tracking_number": label["number"],
                    "cost": label["cost"],
                    "currency": label["currency"],
                    "state": "voided" if voided else "bought",
                    "bought_at": label["bought_at"],
                }
            )
        return rows

    def seed(self, world: World, facts: dict[str, Any]) -> None:
        resources.seed(world, facts)


def _too_many(exceeded: Exceeded, options: Options) -> Response:
    """Says at which second it is over, and nothing of how long to wait.

    Of the limit by the second that is seen to be the next full one; of the limit by the minute
    nothing was seen. A burst was also seen refused as if a scope was missing, but for its words.
    """
    if options.easyship_burst_status == FORBIDDEN and exceeded.limit == options.easyship_per_second:
        return error("forbidden", BURST)
    moment = int(time.time()) + 1
    if exceeded.free_in_s > 1:
        moment = ceil(time.time() + exceeded.free_in_s)
    return error("too_many_requests", BURST).with_headers(
        {
            "X-Ratelimit-Limit": str(exceeded.limit),
            "X-Ratelimit-Remaining": "0",
            "X-Ratelimit-Reset": str(moment),
        }
    )


def _is_of_other_host(token: str, options: Options) -> bool:
    """Tokens say by their beginning which of the two hosts they are for."""
    other = {"sandbox": "prod_", "production": "sand_"}.get(options.easyship_host)
    return other is not None and token.startswith(other)


def _buys_at_once(request: Request) -> bool:
    return _settings(_given(request)).get("buy_label_synchronous") is True


def _buys(request: Request) -> bool:
    """One shipment, or any of several, or the defaults of those."""
    given = _given(request)
    several = given.get("shipments")
    bodies = [given, given.get("defaults"), *(several if isinstance(several, list) else [])]
    return any(_settings(body).get("buy_label") is True for body in bodies)


def _settings(body: Any) -> Mapping[str, Any]:
    settings = body.get("shipping_settings") if isinstance(body, dict) else None
    return settings if isinstance(settings, dict) else {}


def _given(request: Request) -> Mapping[str, Any]:
    """The body, or nothing where it is none."""
    try:
        return request.json()
    except MalformedBody:
        return {}
