"""Orders and what becomes of them, by stage of work."""

from orders.models.intake import IntakeRecord, Order, OrderEvent, OrderLine, OrderSource
from orders.models.money import LedgerKind, LedgerLine, LedgerSealed
from orders.models.routing import RoutingDecision, RoutingRule, RuleSet
from orders.models.shipping import (
    IntentState,
    LabelState,
    Package,
    PurchaseIntent,
    Quote,
    Shipment,
    TrackingEvent,
)

__all__ = [
    "IntakeRecord",
    "IntentState",
    "LabelState",
    "LedgerKind",
    "LedgerLine",
    "LedgerSealed",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OrderSource",
    "Package",
    "PurchaseIntent",
    "Quote",
    "RoutingDecision",
    "RoutingRule",
    "RuleSet",
    "Shipment",
    "TrackingEvent",
]
