"""Sends Easyship 2024-09 calls: one typed method each."""

from __future__ import annotations

from carriers.easyship.catalog_calls import CatalogCalls
from carriers.easyship.handling_calls import HandlingCalls
from carriers.easyship.money_calls import MoneyCalls
from carriers.easyship.shipping_calls import ShippingCalls


class EasyshipClient(ShippingCalls, CatalogCalls, HandlingCalls, MoneyCalls):
    """Calls against one account, in named envelopes with `meta`."""
