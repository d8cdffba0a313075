"""The admin of orders, by stage of work."""

from orders.admin import (
    assignments,
    audit,
    ledgers,
    money,
    orders,
    pulled,
    rates,
    rules,
    shipping,
    simulations,
)

__all__ = [
    "assignments",
    "audit",
    "ledgers",
    "money",
    "orders",
    "pulled",
    "rates",
    "rules",
    "shipping",
    "simulations",
]
