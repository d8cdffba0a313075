"""What belongs to an order, as the API tells of it."""

from __future__ import annotations

from typing import Any

from orders.models import (
    LedgerLine,
    OrderEvent,
    Quote,
    RoutingDecision,
    RoutingOverride,
    TrackingEvent,
    VoidRequest,
)
from orders.reports.ledger import OrderMoney, Spending
from orders.rules.routing.record import Candidate
from orders.services.decisions import JudgedOffer, decision_record

Body = dict[str, Any]


def event_document(event: OrderEvent) -> Body:
    return {
        "at": event.at,
        "kind": event.kind,
        "message": event.message,
        "actor": event.actor,
        "state_from": event.state_from,
        "state_to": event.state_to,
        "request_id": event.request_id,
    }


# What only an offer tells.
NOT_OFFERED: Body = {
    "platform": "",
    "source": "",
    "expires_at": None,
    "billable_g": None,
    "divisor_cm3_per_kg": None,
}


def decision_document(decision: RoutingDecision) -> Body:
    record = decision_record(decision)
    quotes = Quote.objects.filter(shipment__decision=decision).order_by("-is_chosen", "price", "id")
    return {
        "at": decision.at,
        "rule_set_version": decision.rule_set.version,
        "platform": decision.platform,
        "carrier": decision.carrier,
        "warehouse": decision.warehouse.code if decision.warehouse else None,
        "service_strategy": decision.service_strategy,
        "service": decision.wish.words,
        "failure": decision.failure,
        "sentences": decision.sentences,
        "trace": [step.as_dict() for step in record.steps],
        "candidates": [
            *(_candidate_document(one) for one in record.candidates),
            *(_offer_document(one) for one in record.offers),
            *(_quote_document(quote) for quote in quotes),
        ],
        "took_us": decision.took_us,
        "override": _override_document(decision.override),
        "machine": decision.machine or None,
        "snapshot": decision.snapshot,
        "snapshot_digest": decision.snapshot_digest,
    }


def _override_document(override: RoutingOverride | None) -> Body | None:
    if override is None:
        return None
    return {
        "by": override.actor,
        "at": override.at,
        "reason": override.reason,
        "picked": override.picked,
    }


def _candidate_document(candidate: Candidate) -> Body:
    told = {"kind": candidate.kind, "name": candidate.name, "removed_by": candidate.removed_by}
    return told | {"price": None, "currency": "", "delivery_days": None, **NOT_OFFERED}


def _offer_document(judged: JudgedOffer) -> Body:
    offer = judged.offer
    return {
        "kind": "offer",
        "name": offer.service,
        "removed_by": judged.removed_by,
        "price": offer.price,
        "currency": offer.currency,
        "delivery_days": offer.days,
        "platform": offer.platform,
        "source": offer.source,
        "expires_at": offer.expires_at or None,
        "billable_g": offer.billable_g,
        "divisor_cm3_per_kg": offer.divisor,
    }


def _quote_document(quote: Quote) -> Body:
    return {
        "kind": "service",
        "name": f"{quote.carrier} {quote.service_name}",
        "removed_by": quote.removed_by,
        "price": str(quote.price),
        "currency": quote.currency,
        "delivery_days": quote.delivery_days,
        **NOT_OFFERED,
    }


def tracking_document(event: TrackingEvent) -> Body:
    return {
        "status": event.status,
        "happened_at": event.happened_at,
        "description": event.description,
        "location": event.location,
    }


def ledger_document(money: OrderMoney) -> Body:
    return {
        "lines": [_line_document(line) for line in money.lines],
        "shipments": [spending_document(one) for one in money.shipments],
        "net": [{"amount": str(total.amount), "currency": total.currency} for total in money.net],
        "unpriced": money.unpriced,
        "voids": [_void_document(void) for void in money.voids],
    }


def _void_document(void: VoidRequest) -> Body:
    return {
        "package": void.package_id,
        "label_ref": void.label_ref,
        "state": void.state,
        "purpose": void.purpose,
        "requested_at": void.requested_at,
        "window_ends_at": void.window_ends_at,
        "accepted_at": void.accepted_at,
        "refund_due_at": void.refund_due_at,
        "settled_at": void.settled_at,
        "detail": void.detail,
    }


def spending_document(spending: Spending) -> Body:
    return {
        "group": spending.group,
        "currency": spending.currency,
        "quoted": str(spending.quoted),
        "bought": str(spending.bought),
        "refunded": str(spending.refunded),
        "adjusted": str(spending.adjusted),
        "net": str(spending.net),
    }


def _line_document(line: LedgerLine) -> Body:
    return {
        "at": line.at,
        "package": line.package_id,
        "kind": line.kind,
        "amount": None if line.amount is None else str(line.amount),
        "currency": line.currency,
        "upstream_ref": line.upstream_ref,
        "note": line.note,
        "matched_ref": line.matched_ref,
        "matched_at": line.matched_at,
    }
