"""Which sellable of ours a listed item is: by its SKU, exactly, or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from catalog.models import FieldMaster, ListedIssue, PlatformListing, Sellable, SyncConflict
from catalog.rules.merge import Group, Master
from catalog.sync.items import ListedItem
from catalog.sync.models import IssueKind


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Why the item is not taken for any sellable."""

    kind: IssueKind
    detail: str = ""


@dataclass(slots=True, kw_only=True)
class Shelf:
    """What is known here of the items of one page, read in a few queries, sellables locked."""

    platform: str
    sellables: dict[str, list[Sellable]]
    by_ref: dict[str, list[PlatformListing]]
    by_sellable: dict[int, PlatformListing]
    issues: dict[str, ListedIssue]
    masters: dict[int, dict[Group, Master]]
    doubted_skus: set[str] = field(default_factory=set)
    in_conflict: set[int] = field(default_factory=set)

    def match(self, item: ListedItem) -> Sellable | NoMatch:
        """A blank SKU matches nothing, and neither does one that could mean two things."""
        if not item.sku.strip():
            return NoMatch(IssueKind.NO_SKU)
        linked = self.by_ref.get(item.item_ref, [])
        found = self.sellables.get(item.sku, [])
        if linked:
            return self._linked(item, linked)
        if len(found) != 1:
            return NoMatch(IssueKind.SHARED_SKU if found else IssueKind.UNKNOWN_SKU)
        listing = self.by_sellable.get(found[0].pk)
        if listing is not None and listing.external_ref != item.item_ref:
            issue = self.issues.get(item.item_ref)
            if issue is None or not issue.is_ignored:
                self.doubted_skus.add(item.sku)
            detail = f"The SKU is linked to {listing.external_ref} already."
            return NoMatch(IssueKind.DOUBLED_SKU, detail)
        return found[0]

    def _linked(self, item: ListedItem, linked: list[PlatformListing]) -> Sellable | NoMatch:
        if len(linked) > 1:
            return NoMatch(IssueKind.SHARED_SKU)
        known = linked[0].sellable
        if known.sku != item.sku:
            return NoMatch(IssueKind.CHANGED_SKU, f"It is linked to our SKU {known.sku}.")
        same = [one for one in self.sellables.get(item.sku, []) if one.pk == known.pk]
        return same[0] if same else NoMatch(IssueKind.UNKNOWN_SKU)

    def is_doubted(self, item: ListedItem) -> bool:
        """Another item there has the same SKU, and nobody has said which one is meant."""
        return item.sku in self.doubted_skus


def shelf_for(platform: str, items: Sequence[ListedItem]) -> Shelf:
    """Must run in the transaction that writes; locks the sellables in one order.

    Their keys are left free: whoever writes a row of stock that refers to one need not wait.
    """
    skus = {item.sku for item in items if item.sku.strip()}
    refs = [item.item_ref for item in items]
    rows = Sellable.objects.with_skus(sorted(skus)).select_for_update(no_key=True).order_by("pk")
    sellables: dict[str, list[Sellable]] = defaultdict(list)
    for row in rows:
        sellables[row.sku].append(row)
    listings = PlatformListing.objects.at(platform).select_related("sellable")
    by_ref: dict[str, list[PlatformListing]] = defaultdict(list)
    known = {listing.pk: listing for listing in listings.filter(external_ref__in=refs)}
    for listing in known.values():
        by_ref[listing.external_ref].append(listing)
    ids = [row.pk for found in sellables.values() for row in found]
    issues = ListedIssue.objects.filter(platform=platform)
    doubted = issues.unsettled().filter(kind=IssueKind.DOUBLED_SKU, sku__in=sorted(skus))
    linked = listings.filter(sellable__in=ids)
    by_sellable = {one.sellable_id: known.get(one.pk, one) for one in linked}
    conflicts = SyncConflict.objects.still_open().filter(listing__in=list(by_sellable.values()))
    return Shelf(
        platform=platform,
        sellables=sellables,
        by_ref=by_ref,
        by_sellable=by_sellable,
        issues={one.item_ref: one for one in issues.filter(item_ref__in=refs)},
        masters=_masters({row.organization_id for found in sellables.values() for row in found}),
        doubted_skus=set(doubted.values_list("sku", flat=True)),
        in_conflict=set(conflicts.values_list("listing__sellable_id", flat=True)),
    )


def _masters(organization_ids: set[int]) -> dict[int, dict[Group, Master]]:
    found: dict[int, dict[Group, Master]] = defaultdict(dict)
    for row in FieldMaster.objects.filter(organization__in=organization_ids):
        found[row.organization_id][Group(row.group)] = Master(row.master)
    return found
