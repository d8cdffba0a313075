"""Orders as the API tells of them, from plain values rather than serializer walks."""

from __future__ import annotations

from typing import Any

from carriers.problems.catalogue import problem_of
from orders.models import (
    LedgerLine,
    Order,
    OrderEvent,
    Package,
    Quote,
    RoutingDecision,
    RoutingOverride,
    Shipment,
    TrackingEvent,
    VoidRequest,
)
from orders.reports.ledger import OrderMoney, Spending
from orders.rules.routing.record import Candidate
from orders.services.decisions import decision_record

Body = dict[str, Any]


def order_document(order: Order) -> Body:
    """One order with lines and shipments; expects `OrderQuerySet.for_list` prefetching."""
    return {
        "id": order.pk,
        "number": order.number,
        "organization": order.organization.slug,
        "source": order.source,
        "external_ref": order.external_ref,
        "state": order.state,
        "ship_to": order.address.as_dict(),
        "carrier": order.requested_carrier,
        "currency": order.currency,
        "total": str(order.total),
        "note": order.note,
        "findings": order.findings,
        "attention": _attention(order),
        "hold_reason": order.hold_reason,
        "cancel_requested_at": order.cancel_requested_at,
        "placed_at": order.placed_at,
        "ship_by": order.ship_by,
        "created_at": order.created_at,
        "updated_at": order.updated_at,
        "lines": [
            {
                "position": line.position,
                "sku": line.sku,
                "title": line.title,
                "quantity": line.quantity,
                "unit_price": str(line.unit_price),
                "short_quantity": line.short_quantity,
            }
            for line in order.lines.all()
        ],
        "shipments": [shipment_document(shipment) for shipment in order.shipments.all()],
    }


def _attention(order: Order) -> Body | None:
    if not order.attention_code:
        return None
    problem = problem_of(order.attention_code)
    return {
        "code": order.attention_code,
        "detail": order.attention_detail,
        "cause": problem.cause if problem else "",
        "fix": problem.fix if problem else "",
        "retry_helps": problem.retry_helps if problem else None,
        "field": problem.field if problem else "",
    }


def shipment_document(shipment: Shipment) -> Body:
    return {
        "id": shipment.pk,
        "reference": shipment.reference,
        "state": shipment.state,
        "platform": shipment.platform,
        "platform_ref": shipment.platform_ref,
        "carrier": shipment.carrier,
        "service": shipment.service_name,
        "warehouse": shipment.warehouse.code,
        "ship_on": shipment.ship_on,
        "packages": [package_document(package) for package in shipment.packages.all()],
    }


def package_document(package: Package) -> Body:
    return {
        "id": package.pk,
        "weight_g": package.weight_g,
        "length_mm": package.length_mm,
        "width_mm": package.width_mm,
        "height_mm": package.height_mm,
        "label_state": package.label_state,
        "tracking_number": package.tracking_number,
        "tracking_url": package.tracking_url,
        "tracking_status": package.tracking_status,
        "cost": None if package.cost is None else str(package.cost),
        "currency": package.cost_currency,
        "label_ready": bool(package.label_file),
    }


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
    return told | {"price": None, "currency": "", "delivery_days": None}


def _quote_document(quote: Quote) -> Body:
    return {
        "kind": "service",
        "name": f"{quote.carrier} {quote.service_name}",
        "removed_by": quote.removed_by,
        "price": str(quote.price),
        "currency": quote.currency,
        "delivery_days": quote.delivery_days,
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
