"""Invented products for tests."""

from __future__ import annotations

from typing import Any

from accounts.models import Organization
from catalog.models import Product, Sellable


def make_product(organization: Organization, title: str = "Enamel mug") -> Product:
    return Product.objects.create(organization=organization, title=title)


def make_sellable(organization: Organization, sku: str = "MUG-01", **values: Any) -> Sellable:
    """One SKU with weight, size, customs data and a price of 18.50 USD."""
    facts: dict[str, Any] = {
        "title": f"Enamel mug {sku}",
        "price": "18.50",
        "currency": "USD",
        "weight_g": 420,
        "length_mm": 120,
        "width_mm": 90,
        "height_mm": 100,
        "hs_code": "732394",
        "origin_country": "US",
        "customs_description": "Enamelled steel mug",
    }
    product = values.pop("product", None) or make_product(organization)
    sellable: Sellable = Sellable.objects.create(
        organization=organization, product=product, sku=sku, **{**facts, **values}
    )
    sellable.refresh_from_db()
    return sellable
