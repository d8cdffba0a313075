"""Taking in orders that came into being at a platform. Their booking there exists already.

Such an order is booked by nobody: its shipment bears the platform's number from the start, so the
label is bought for the order that is there, and a second one can never be made.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.services.audit import record_audit
from carriers.contracts import ListedOrder
from carriers.inbox.models import PullOutcome
from carriers.inbox.windows import Went
from carriers.models import OutboxCommand
from inventory.models import Warehouse, WarehouseLink
from orders.models import Order, PulledOrder, PullSource
from orders.rules.drafts import OrderDraft
from orders.rules.pulled import contents_digest, draft_of, not_meant, not_ready
from orders.rules.states import FINAL_ORDER_STATES, OrderState
from orders.rules.upstream import CANCELLED
from orders.rules.weighing import weigh
from orders.services.bulk_intake import Sent, Taken, receive_orders
from orders.services.progress import need_attention
from shipping_project.kernel.errors import FieldError, InvalidInput
from shipping_project.kernel.versions import hold_to_seen

logger = logging.getLogger(__name__)
CHANGED = "upstream.contents_changed"
WAITS = "A command of ours is under way; it is looked at again."


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One listed order with all that is known of it here."""

    listed: ListedOrder
    source: PullSource
    known: PulledOrder | None
    warehouse: Warehouse | None

    @property
    def ref(self) -> str:
        return self.listed.order_ref


def take_listed_orders(*, platform: str, listed: Sequence[ListedOrder]) -> list[Went]:
    """One outcome for each; what may become ours does, all of a page in one transaction.

    None of them may be a shipment of ours. A repeat changes nothing.
    """
    with transaction.atomic(durable=True):
        candidates = _candidates(platform, listed)
        went = {one.ref: _judged(one) for one in candidates}
        went |= _taken_in(platform, [one for one in candidates if went[one.ref] is None])
        found = {ref: answer for ref, answer in went.items() if answer is not None}
        _keep(candidates, found)
    told = {one.ref: _told(one) for one in candidates if one.known and one.known.order_id}
    return [told.get(ref) or answer for ref, answer in found.items()]


def _candidates(platform: str, listed: Sequence[ListedOrder]) -> list[_Candidate]:
    sources = _sources(platform, listed)
    refs = [one.order_ref for one in listed]
    # In one order: two readers of overlapping lists wait for each other, never in a ring.
    rows = PulledOrder.objects.select_for_update(of=("self",)).filter(
        source__platform=platform, external_ref__in=refs
    )
    known = {row.external_ref: row for row in rows.select_related("source").order_by("pk")}
    links = WarehouseLink.objects.filter(platform=platform).select_related("warehouse")
    warehouses = {link.external_ref: link.warehouse for link in links}
    return [
        _Candidate(
            one,
            sources[one.store_ref],
            known.get(one.order_ref),
            warehouses.get(one.booking.warehouse_ref),
        )
        for one in listed
    ]


def _sources(platform: str, listed: Sequence[ListedOrder]) -> dict[str, PullSource]:
    """Stores met for the first time are kept, and switched off."""
    names = {one.store_ref: one.store_name for one in listed}
    PullSource.objects.bulk_create(
        (
            PullSource(platform=platform, store_ref=ref, name=name[:120])
            for ref, name in sorted(names.items())
        ),
        ignore_conflicts=True,
    )
    rows = PullSource.objects.filter(platform=platform, store_ref__in=names)
    return {row.store_ref: row for row in rows}


def _judged(one: _Candidate) -> Went | None:
    """None for an order that is to be taken in now."""
    if one.known is not None and one.known.order_id is not None:
        return Went(one.ref, PullOutcome.UNCHANGED)
    since = one.source.taken_since if one.source.is_on else None
    if why := not_meant(one.listed, taken_since=since):
        return Went(one.ref, PullOutcome.FILTERED, why)
    if why := not_ready(one.listed):
        return Went(one.ref, PullOutcome.REJECTED, why)
    if one.warehouse is None:
        ref = one.listed.booking.warehouse_ref
        return Went(one.ref, PullOutcome.REJECTED, f"No warehouse of ours is linked to {ref}.")
    return None


def _taken_in(platform: str, wanted: Sequence[_Candidate]) -> dict[str, Went | None]:
    went: dict[str, Went | None] = {}
    owners = {one.source.organization_id for one in wanted}
    for organization_id in sorted(filter(None, owners)):
        mine = [one for one in wanted if one.source.organization_id == organization_id]
        sent = [Sent(weighed=weigh(_draft(one, platform))) for one in mine]
        answers = receive_orders(organization_id=organization_id, sent=sent, actor=platform)
        went |= {one.ref: _went(one, taken) for one, taken in zip(mine, answers, strict=True)}
    return went


def _draft(one: _Candidate, platform: str) -> OrderDraft:
    channel = one.source.name or one.source.store_ref
    return draft_of(one.listed, platform=platform, channel=channel)


def _went(one: _Candidate, taken: Taken) -> Went:
    if taken.number:
        outcome = PullOutcome.CREATED if taken.created else PullOutcome.UNCHANGED
        return Went(one.ref, outcome, taken.number)
    faults = "; ".join(f"{fault.field} {fault.message}".strip() for fault in taken.faults)
    return Went(one.ref, PullOutcome.REJECTED, faults)


def _keep(candidates: Sequence[_Candidate], went: Mapping[str, Went]) -> None:
    numbers = [one.reason for one in went.values() if one.outcome is PullOutcome.CREATED]
    orders = {row.number: row for row in Order.objects.filter(number__in=numbers)}
    now = timezone.now()
    rows = [_row(one, went[one.ref], orders, now) for one in candidates]
    PulledOrder.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["source", "external_ref"],
        update_fields=[
            "number", "order", "warehouse", "outcome", "reason", "digest", "changed_at",
            "last_seen_at",
        ],
    )  # fmt: skip


def _row(one: _Candidate, went: Went, orders: Mapping[str, Order], now: datetime) -> PulledOrder:
    known = one.known
    if known is not None and known.order_id is not None:
        # What it became stays as it was taken; changes there are told to the order.
        kept = {"order_id": known.order_id, "warehouse_id": known.warehouse_id}
        outcome, reason, digest = known.outcome, known.reason, known.digest
    else:
        order = orders.get(went.reason) if went.outcome is PullOutcome.CREATED else None
        kept = {"order_id": order.pk if order else None}
        kept["warehouse_id"] = one.warehouse.pk if one.warehouse and order else None
        outcome, reason = went.outcome.value, went.reason[:200]
        digest = contents_digest(one.listed) if order else ""
    return PulledOrder(
        source=known.source if known else one.source,
        external_ref=one.ref,
        number=one.listed.number[:100],
        outcome=outcome,
        reason=reason,
        digest=digest,
        changed_at=one.listed.updated_at,
        last_seen_at=now,
        **kept,
    )


def _told(one: _Candidate) -> Went | None:
    """What changed there since it was taken goes to a person; None for nothing new."""
    assert one.known is not None and one.known.order_id is not None
    listed, digest = one.listed, contents_digest(one.listed)
    is_cancelled = listed.booking.is_cancelled
    if not is_cancelled and digest == one.known.digest:
        return None
    with transaction.atomic(durable=True):
        order = Order.objects.locked().get(pk=one.known.order_id)
        if OrderState(order.state) in FINAL_ORDER_STATES or order.cancel_requested_at:
            return None
        if OutboxCommand.objects.in_lane(order.lane).still_open().exists():
            return Went(one.ref, PullOutcome.UNCHANGED, WAITS)
        code = CANCELLED if is_cancelled else CHANGED
        if is_cancelled and order.events.filter(kind=CANCELLED).exists():
            return None
        words = "It was cancelled there." if is_cancelled else "Its address or lines were changed."
        need_attention(order, code=code, detail=f"{one.source}: {words}", kind=code)
        PulledOrder.objects.filter(pk=one.known.pk).update(digest=digest)
    return Went(one.ref, PullOutcome.UPDATED, words)


@transaction.atomic
def change_source(
    *, source_id: int, organization_id: int | None, is_on: bool, actor: str
) -> PullSource:
    """Say whose orders a store's are, and whether they are taken from now on.

    Raises InvalidInput for one that is to be on without an owner. A repeat changes nothing.
    """
    source: PullSource = PullSource.objects.select_for_update().get(pk=source_id)
    hold_to_seen(source)
    if is_on and organization_id is None:
        message = "Say whose orders they are."
        raise InvalidInput(
            errors=[FieldError(field="organization", code="required", message=message)]
        )
    if source.organization_id != organization_id and source.pulled.exclude(order=None).exists():
        message = "Orders of this store belong to another organization already."
        raise InvalidInput(
            errors=[FieldError(field="organization", code="source.has_owner", message=message)]
        )
    before = {"organization": source.organization_id, "is_on": source.is_on}
    after = {"organization": organization_id, "is_on": is_on}
    if before == after:
        return source
    if is_on and not source.is_on:
        source.taken_since = timezone.now()
    source.organization_id, source.is_on = organization_id, is_on
    source.save()
    record_audit(
        actor=actor, action="pullsource.changed", subject=source, before=before, after=after
    )
    return source
