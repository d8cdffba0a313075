"""What jobs do with orders; registers itself with the jobs' worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orders.rules.order_json import draft_from
from orders.rules.weighing import weigh
from orders.services.bulk_intake import Sent, Taken, receive_orders
from shipping_project.jobs.models import Job
from shipping_project.jobs.runners import JobRunner, RowOutcome, register

BULK = "orders.bulk"


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


register(JobRunner(kind=BULK, run=take_in, rows_at_once=1_000))
