"""Which warehouse, carrier, platform and service an order goes by, and why."""

from orders.rules.routing.choosing import Router, choose_route, router_for
from orders.rules.routing.extras import Extras, read_extras
from orders.rules.routing.parts import (
    NO_CARRIER_PLATFORM,
    NO_OFFER,
    NO_ROUTE,
    NO_STOCK,
    NO_WAREHOUSE,
    CarrierRule,
    OffersWanted,
    Reach,
    RouteDecision,
    RouteSnapshot,
    RuleBook,
    Split,
    TraceStep,
    WarehouseOption,
)
from orders.rules.routing.warehouses import missing_units

__all__ = [
    "NO_CARRIER_PLATFORM",
    "NO_OFFER",
    "NO_ROUTE",
    "NO_STOCK",
    "NO_WAREHOUSE",
    "CarrierRule",
    "Extras",
    "OffersWanted",
    "Reach",
    "RouteDecision",
    "RouteSnapshot",
    "Router",
    "RuleBook",
    "Split",
    "TraceStep",
    "WarehouseOption",
    "choose_route",
    "missing_units",
    "read_extras",
    "router_for",
]
