"""The admin of orders, by stage of work."""

from orders.admin import ledgers, money, orders, rules, shipping

__all__ = ["ledgers", "money", "orders", "rules", "shipping"]
