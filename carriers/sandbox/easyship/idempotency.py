"""What became of a post with an Idempotency-Key: kept for a day, and told to whoever repeats it.

Documented for 2023-01 only, where the first outcome counts, refusals too.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from carriers.sandbox.wire import Request, Response
from carriers.sandbox.world import World

KIND = "easyship.idempotent"
HEADER = "idempotency-key"
KEPT = timedelta(hours=24)


def is_keyed(request: Request) -> bool:
    return request.method == "POST" and bool(request.headers.get(HEADER))


def recall(world: World, request: Request) -> Response | None:
    kept = world.store.get(KIND, _name(request))
    if kept is None or world.clock.now() - datetime.fromisoformat(kept["at"]) >= KEPT:
        return None
    return Response(status=kept["status"], body=kept["body"].encode(), headers=kept["headers"])


def remember(world: World, request: Request, response: Response) -> None:
    """Outside the transaction of the request, which a refusal has taken back."""
    outcome = {
        "at": world.clock.now().isoformat(),
        "status": response.status,
        "body": response.body.decode(),
        "headers": dict(response.headers),
    }
    with world.store.transaction():
        world.store.put(KIND, _name(request), outcome)


def _name(request: Request) -> str:
    return f"{request.path} {request.headers[HEADER]}"
