"""What jobs do with orders; registers itself with the jobs' worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orders.models import Order
from orders.rules.order_json import draft_from
from orders.rules.weighing import weigh
from orders.services.bulk_intake import Sent, Taken, receive_orders
from orders.services.rerouting import Rerouted, preview_reroute, reroute_held
from shipping_project.jobs.models import Job
from shipping_project.jobs.runners import JobRunner, RowOutcome, register
from shipping_project.kernel.errors import AppError, FieldError

BULK = "orders.bulk"
REROUTE = "orders.reroute"


def take_in(job: Job, payloads: Sequence[Any]) -> list[RowOutcome]:
    source = str(job.options["source"])
    taken = receive_orders(
        organization_id=job.organization_id,
        sent=[_read(payload, source) for payload in payloads],
        actor=job.actor,
        hold=str(job.options.get("hold", "")),
        dry_run=bool(job.options.get("dry_run")),
    )
    return [_outcome(answer) for answer in taken]


def _read(payload: Any, source: str) -> Sent:
    draft, faults = draft_from(payload, source=source)
    return Sent(weighed=weigh(draft), faults=faults)


def _outcome(taken: Taken) -> RowOutcome:
    if taken.faults:
        return RowOutcome(faults=taken.faults)
    return RowOutcome(result={"number": taken.number or None, "created": taken.created})


def route_anew(job: Job, payloads: Sequence[Any]) -> list[RowOutcome]:
    return [_rerouted(job, str(number)) for number in payloads]


def _rerouted(job: Job, number: str) -> RowOutcome:
    order = Order.objects.locked().filter(organization=job.organization_id, number=number).first()
    if order is None:
        fault = FieldError(field="orders", code="not_found", message=f"There is no {number}.")
        return RowOutcome(faults=[fault])
    if job.options.get("dry_run"):
        done = preview_reroute(order_ids=[order.pk])[order.pk]
    else:
        try:
            done = reroute_held(order, actor=job.actor)
        except AppError as exc:
            fault = FieldError(field="", code=exc.code, message=exc.detail)
            done = Rerouted(number=number, refusal=fault)
    if done.refusal:
        return RowOutcome(faults=[done.refusal])
    ways = {"before": done.before.as_dict(), "after": done.after.as_dict()}
    return RowOutcome(result={"number": number, "changed": done.is_changed, **ways})


register(JobRunner(kind=BULK, run=take_in, rows_at_once=1_000))
# One at a time, since each takes locks on stock in an order of its own.
register(JobRunner(kind=REROUTE, run=route_anew, rows_at_once=1))
