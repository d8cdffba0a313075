"""Everything that happened to one order, from every ledger, as one story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import AuditEntry
from carriers.models import ApiCall, OutboxCommand
from orders.models import Order, OrderEvent, RoutingDecision, TrackingEvent

# Far more than an order collects; a poll gone wild must not make its page endless.
SHOWN_OF_A_KIND = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEntry:
    """One line. `state` colours the badge; `call_id` leads to the bodies of a call.

    `rank` puts what was decided before what followed from it within the same instant.
    """

    at: datetime
    rank: int
    row_id: int
    kind: str
    badge: str
    state: str
    title: str
    detail: str = ""
    actor: str = ""
    call_id: int | None = None


def order_story(order: Order, *, actor: object) -> tuple[StoryEntry, ...]:
    """Newest first, with the newest 300 of each kind."""
    entries = [
        *_events(order),
        *_decisions(order),
        *_commands(order, actor),
        *_calls(order, actor),
        *_scans(order),
        *_edits(order, actor),
    ]
    return tuple(sorted(entries, key=lambda e: (e.at, e.rank, e.row_id), reverse=True))


def _events(order: Order) -> list[StoryEntry]:
    rows = OrderEvent.objects.filter(order=order).order_by("-id")[:SHOWN_OF_A_KIND]
    return [
        StoryEntry(
            at=row.at,
            rank=1,
            row_id=row.pk,
            kind="event",
            badge=row.state_to.replace("_", " ") if row.state_to else "note",
            state=row.state_to,
            # The decision beside it says the same at length.
            title="Routed as decided." if row.kind == "order.routed" else row.message,
            actor=row.actor,
        )
        for row in rows
    ]


def _decisions(order: Order) -> list[StoryEntry]:
    rows = (
        RoutingDecision.objects.filter(order=order)
        .select_related("rule_set", "warehouse")
        .newest_first()[:SHOWN_OF_A_KIND]
    )
    return [
        StoryEntry(
            at=row.at,
            rank=0,
            row_id=row.pk,
            kind="decision",
            badge="decision",
            state="rejected" if row.failure else "chosen",
            title=_decision_title(row),
            detail=" ".join([*row.sentences, f"Rules: {row.rule_set}."]),
        )
        for row in rows
    ]


def _decision_title(row: RoutingDecision) -> str:
    if row.failure or row.warehouse is None:
        return f"No route: {row.failure.replace('_', ' ')}"
    return f"{row.carrier} through {row.get_platform_display()}, from {row.warehouse.code}"


def _commands(order: Order, actor: object) -> list[StoryEntry]:
    rows = OutboxCommand.objects.visible_to(actor).in_lane(order.lane)
    return [
        StoryEntry(
            at=row.created_at,
            rank=2,
            row_id=row.pk,
            kind="command",
            badge=row.get_state_display().lower(),
            state=row.state,
            title=f"Asked {row.get_platform_display()}: {_plain(row.kind)}",
            detail=_command_detail(row),
        )
        for row in rows.order_by("-id")[:SHOWN_OF_A_KIND]
    ]


def _plain(kind: str) -> str:
    return kind.rpartition(".")[2].replace("_", " ")


def _command_detail(row: OutboxCommand) -> str:
    tries = f"{row.attempts} {'attempt' if row.attempts == 1 else 'attempts'}"
    often = "once" if row.lookups == 1 else f"{row.lookups} times"
    lookups = f"looked up {often}" if row.lookups else ""
    batch = f"in batch {row.batch_ref}" if row.batch_ref else ""
    trouble = ": ".join(part for part in (row.error_code, row.error_detail) if part)
    return " · ".join(part for part in (tries, batch, lookups, trouble) if part)


def _calls(order: Order, actor: object) -> list[StoryEntry]:
    rows = (
        ApiCall.objects.visible_to(actor)
        .filter(lane=order.lane)
        .defer("request_body", "response_body")
        .order_by("-id")[:SHOWN_OF_A_KIND]
    )
    return [
        StoryEntry(
            at=row.started_at,
            rank=3,
            row_id=row.pk,
            kind="call",
            badge=str(row.http_status) if row.http_status else "no answer",
            state="passed" if row.succeeded else "failed",
            title=f"{row.method} {row.path}",
            detail=" · ".join(
                part
                for part in (row.get_platform_display(), f"{row.duration_ms} ms", row.error_code)
                if part
            ),
            call_id=row.pk,
        )
        for row in rows
    ]


def _scans(order: Order) -> list[StoryEntry]:
    rows = TrackingEvent.objects.filter(package__shipment__order=order).newest_first()
    return [
        StoryEntry(
            at=row.happened_at,
            rank=4,
            row_id=row.pk,
            kind="scan",
            badge=row.get_status_display().lower(),
            state=row.status,
            title=row.description or row.get_status_display(),
            detail=row.location,
        )
        for row in rows[:SHOWN_OF_A_KIND]
    ]


def _edits(order: Order, actor: object) -> list[StoryEntry]:
    subject = f"{order._meta.label_lower}:{order.pk}"
    rows = AuditEntry.objects.visible_to(actor).filter(subject=subject).order_by("-id")
    return [
        StoryEntry(
            at=row.at,
            rank=5,
            row_id=row.pk,
            kind="edit",
            badge="edit",
            state="",
            title=row.action.replace("_", " "),
            detail=", ".join(sorted({*row.before, *row.after})),
            actor=row.actor,
        )
        for row in rows[:SHOWN_OF_A_KIND]
    ]
