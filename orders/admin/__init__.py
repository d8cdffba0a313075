"""The admin of orders, by stage of work."""

from orders.admin import audit, ledgers, money, orders, pulled, rates, rules, shipping, simulations

__all__ = [
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
