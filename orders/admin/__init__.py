"""The admin of orders, by stage of work."""

from orders.admin import ledgers, orders, rules, shipping

__all__ = ["ledgers", "orders", "rules", "shipping"]
