"""Sends Veeqo calls: one typed method each. What is in them is `build`'s and `parse`'s matter."""

from __future__ import annotations

from carriers.veeqo.catalog_calls import CatalogCalls
from carriers.veeqo.order_calls import OrderCalls
from carriers.veeqo.shipping_calls import ShippingCalls


class VeeqoClient(ShippingCalls, OrderCalls, CatalogCalls):
    """Calls against one account."""
