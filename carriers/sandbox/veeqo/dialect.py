"""Veeqo's manners: the key, the limit, its three kinds of 404, its headers."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

from carriers.sandbox.veeqo import (
    allocations,
    buying,
    catalog,
    customers,
    labels,
    order_extras,
    order_list,
    orders,
    parcel_labels,
    parcel_rates,
    plan_gates,
    rating,
    sellables,
)
from carriers.sandbox.veeqo.allocating import allocate_due
from carriers.sandbox.wire import Request, Response, Route, json_response
from carriers.sandbox.world import World

LEAK_PER_SECOND = 5


class VeeqoDialect:
    """Implements `wire.Dialect`; answers everything the other dialect does not."""

    name = "veeqo"
    prefix = "/"
    routes: tuple[Route, ...] = (
        *order_list.ROUTES,
        *orders.ROUTES,
        *order_extras.ROUTES,
        *allocations.ROUTES,
        *rating.ROUTES,
        *buying.ROUTES,
        *parcel_rates.ROUTES,
        *parcel_labels.ROUTES,
        *labels.ROUTES,
        *catalog.ROUTES,
        *sellables.ROUTES,
        *customers.ROUTES,
        *plan_gates.ROUTES,
    )

    def refuse(self, world: World, request: Request) -> Response | None:
        key = request.headers.get("x-api-key") or _bearer(request)
        if key not in world.veeqo_keys:
            return json_response(401, {"error_messages": "You're not authorized"})
        options = world.options
        if options.enforce_limits and not world.bucket.admit(
            key, per_second=LEAK_PER_SECOND, capacity=options.veeqo_burst
        ):
            return self.too_many(world)
        return None

    def recall(self, world: World, request: Request) -> Response | None:
        """Veeqo knows no keys by which a repeat is told."""
        return None

    def remember(self, world: World, request: Request, response: Response) -> None:
        """Nothing is."""

    def delay_s(self, world: World, request: Request) -> float:
        return 0.0

    def too_many(self, world: World) -> Response:
        """Empty, and without a word on when to come back."""
        return Response(status=429)

    def not_found(self, request: Request) -> Response:
        return json_response(404, {"status": 404, "error": "Not Found"})

    def malformed(self, request: Request, detail: str) -> Response:
        return json_response(400, {"status": 400, "error": "Bad Request"})

    def finish(self, request: Request, response: Response) -> Response:
        if response.status == 429:
            return response
        return response.with_headers(
            {"X-Request-Id": str(uuid4()), "X-Runtime": f"{time.process_time() % 1:.6f}"}
        )

    def is_purchase(self, route: Route | None, request: Request) -> bool:
        return route is not None and route.handler in (buying.buy, parcel_labels.book)

    def reference_of(self, world: World, request: Request) -> str:
        if request.path.startswith(parcel_rates.PREFIX):
            return parcel_labels.reference_of(world, request)
        return order_list.reference_of(world, request)

    def tick(self, world: World) -> None:
        """Orders are allocated by themselves even if nobody looks."""
        allocate_due(world)

    def bookings(self, world: World) -> list[dict[str, Any]]:
        return [
            {
                "platform": self.name,
                "reference": order["number"],
                "id": str(order["id"]),
                "state": order["status"],
            }
            for order in world.store.each("veeqo.order")
        ]

    def labels(self, world: World) -> list[dict[str, Any]]:
        return labels.ledger(world) + parcel_labels.ledger(world)

    def seed(self, world: World, facts: dict[str, Any]) -> None:
        catalog.seed(world, facts)


def _bearer(request: Request) -> str:
    """Applications of its store send a token where owners of an account send a key."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
