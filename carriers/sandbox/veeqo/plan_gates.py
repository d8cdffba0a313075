"""What needs a paid plan there, which the account of the twin does not have."""

from __future__ import annotations

from carriers.sandbox.veeqo.values import refusal
from carriers.sandbox.wire import Request, Response, Route
from carriers.sandbox.world import World

NO_PLAN = "Feature not available on your current plan"
GATED = ("/suppliers", "/suppliers/{id}", "/purchase_orders", "/purchase_orders/{id}")


def refuse(world: World, request: Request) -> Response:
    raise refusal(403, NO_PLAN)


ROUTES = tuple(
    Route(method, pattern, refuse)
    for pattern in GATED
    for method in ("GET", "POST", "PUT", "DELETE")
)
