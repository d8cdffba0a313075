"""Orders and what becomes of them, by stage of work."""

from orders.models.assignment import AssignmentState, BatchAssignment
from orders.models.audit import (
    DiscrepancyState,
    LabelAudit,
    LabelSighting,
    PlatformDiscrepancy,
)
from orders.models.intake import IntakeRecord, Order, OrderEvent, OrderLine, OrderSource
from orders.models.money import LedgerKind, LedgerLine, LedgerSealed
from orders.models.overrides import RoutingOverride
from orders.models.packing import Box
from orders.models.pulled import PulledOrder, PullSource
from orders.models.rates import CurrencyRate, LaneRate, TableRate
from orders.models.routing import RoutingDecision, RoutingRule, RuleSet
from orders.models.shadow import ShadowDifference
from orders.models.shipping import (
    LabelState,
    Package,
    PurchaseIntent,
    Quote,
    Shipment,
    TrackingEvent,
)
from orders.models.simulation import SimulatedChange, Simulation, SimulationState
from orders.models.voids import VoidRequest

__all__ = [
    "AssignmentState",
    "BatchAssignment",
    "Box",
    "CurrencyRate",
    "DiscrepancyState",
    "IntakeRecord",
    "LabelAudit",
    "LabelSighting",
    "LabelState",
    "LaneRate",
    "LedgerKind",
    "LedgerLine",
    "LedgerSealed",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OrderSource",
    "Package",
    "PlatformDiscrepancy",
    "PullSource",
    "PulledOrder",
    "PurchaseIntent",
    "Quote",
    "RoutingDecision",
    "RoutingOverride",
    "RoutingRule",
    "RuleSet",
    "ShadowDifference",
    "Shipment",
    "SimulatedChange",
    "Simulation",
    "SimulationState",
    "TableRate",
    "TrackingEvent",
    "VoidRequest",
]
