"""Questions asked of the catalog."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from django.db.models import F, Q

from accounts.querysets import OwnedQuerySet

if TYPE_CHECKING:
    from catalog.models import PlatformListing, Product, Sellable  # noqa: F401 # in base classes, as text


DANGEROUS = (
    Q(contains_liquids=True)
    | Q(contains_battery_pi966=True)
    | Q(contains_battery_pi967=True)
    | ~Q(un_number="")
)


class ProductQuerySet(OwnedQuerySet["Product"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def tagged(self, tag: str) -> Self:
        return self.filter(tags__icontains=f'"{tag}"')


class SellableQuerySet(OwnedQuerySet["Sellable"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def with_skus(self, skus: Sequence[str]) -> Self:
        """Exact, case-sensitive; a blank SKU matches nothing."""
        return self.filter(sku__in=[sku for sku in skus if sku])

    def blocking_export(self) -> Self:
        """Sold, and without what customs of any country ask for; the title stands in for words."""
        return self.active().filter(Q(hs_code="") | Q(origin_country=""))

    def ready_for_export(self) -> Self:
        return self.active().exclude(hs_code="").exclude(origin_country="")

    def tagged(self, tag: str) -> Self:
        return self.filter(product__tags__icontains=f'"{tag}"')

    def dangerous(self) -> Self:
        return self.filter(DANGEROUS)

    def harmless(self) -> Self:
        return self.exclude(DANGEROUS)

    def search(self, text: str) -> Self:
        words = text.split()
        found = self
        for word in words:
            found = found.filter(
                Q(sku__icontains=word)
                | Q(title__icontains=word)
                | Q(product__title__icontains=word)
                | Q(barcode=word)
            )
        return found


class PlatformListingQuerySet(OwnedQuerySet["PlatformListing"]):
    def to_compare(self) -> Self:
        """Still listed, met before, and changed here or agreed on anew since last looked at."""
        changed = Q(compared_at=None) | Q(compared_at__lt=F("sellable__updated_at"))
        return self.filter(changed, agreed__isnull=False, missing_since=None)

    def at(self, platform: str) -> Self:
        return self.filter(platform=platform)
