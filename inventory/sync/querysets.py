"""Questions asked of stock at the platforms."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db.models import Exists, F, OuterRef, Q

from accounts.querysets import OwnedQuerySet
from catalog.kits.models import KitComponent
from catalog.sync.paged import PagedRunQuerySet
from inventory.rules.stock_sync import Owner

if TYPE_CHECKING:
    from inventory.sync.models import KitCount, PlatformSale, PlatformStock, StockDrift, StockRun  # noqa: F401 # as text

# What one of these numbers is worked out from, read together.
AROUND = ("level__sellable__organization", "level__warehouse", "link", "listing")


class PlatformStockQuerySet(OwnedQuerySet["PlatformStock"]):
    def locked(self) -> Self:
        """In one shared order, after the levels, so that two callers cannot deadlock."""
        return self.select_for_update(of=("self",)).order_by("pk")

    def with_all(self) -> Self:
        return self.select_related(*AROUND)

    def at(self, platform: str) -> Self:
        return self.filter(link__platform=platform)

    def kept_in_step(self) -> Self:
        """Still listed, of a warehouse whose number somebody owns."""
        kept = self.exclude(link__stock_owner=Owner.NOBODY.value)
        return kept.filter(listing__missing_since=None)

    def to_look_at(self, now: datetime) -> Self:
        """Changed here since last looked at, or its rest is old enough to be judged."""
        changed = (
            Q(compared_at=None)
            | Q(compared_at__lt=F("level__updated_at"))
            | Q(pk__in=self.of_changed_kits().values("pk"))
        )
        ours = Q(link__stock_owner=Owner.OURS.value)
        return self.kept_in_step().filter((ours & changed) | Q(look_again_at__lt=now))

    def of_changed_kits(self) -> Self:
        """Some component in the same warehouse changed since the kit was last looked at."""
        part = "listing__sellable__components__component__stock_levels"
        return self.filter(
            **{
                f"{part}__warehouse": F("link__warehouse"),
                f"{part}__updated_at__gt": F("compared_at"),
            }
        ).order_by()


class KitCountQuerySet(OwnedQuerySet["KitCount"]):
    def of(self, *, platform: str, reference: str, is_sale: bool) -> Self:
        return self.filter(platform=platform, reference=reference, is_sale=is_sale)


class StockDriftQuerySet(OwnedQuerySet["StockDrift"]):
    def still_open(self) -> Self:
        return self.filter(state="open")

    def with_kits(self) -> Self:
        """Whether it is of a kit, whose number follows from its components."""
        parts = KitComponent.objects.filter(kit=OuterRef("stock__level__sellable"))
        return self.annotate(is_kit=Exists(parts))


class PlatformSaleQuerySet(OwnedQuerySet["PlatformSale"]):
    def with_level(self) -> Self:
        return self.select_related("level")

    def short(self) -> Self:
        """Sold there, and not or not wholly to be had here."""
        return self.filter(Q(allocated__gt=F("held")) | Q(shipped__gt=F("taken")))


class StockRunQuerySet(PagedRunQuerySet["StockRun"]):
    def counted(self, platform: str) -> Self:
        """Runs that came to their end, newest first."""
        ended = self.filter(platform=platform, state__in=("finished", "questioned"))
        return ended.order_by("-id")
