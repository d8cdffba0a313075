"""What the background queue runs for orders. The rows are the truth; a task is only a nudge."""

from __future__ import annotations

import logging

from orders import pulls
from orders.models import Order
from orders.services.dispatch import dispatch_order
from shipping_project.kernel.errors import AppError

logger = logging.getLogger(__name__)
DISPATCH_BATCH = 500


def dispatch_waiting() -> int:
    """Dispatch every order that waits for it, oldest first; returns how many were tried.

    One order that fails does not keep the others back.
    """
    waiting = list(
        Order.objects.dispatchable().order_by("id").values_list("pk", flat=True)[:DISPATCH_BATCH]
    )
    for order_id in waiting:
        _dispatch(order_id)
    return len(waiting)


def _dispatch(order_id: int) -> None:
    try:
        dispatch_order(order_id=order_id)
    except AppError as exc:
        logger.info("order not dispatched", extra={"order_id": order_id, "code": exc.code})
    except Exception:
        logger.exception("dispatch failed", extra={"order_id": order_id})


def poll_tracking() -> int:
    return pulls.poll_tracking()
