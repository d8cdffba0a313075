"""What a page changes, gathered while it is looked through and written in a few statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from catalog.models import ListedIssue, PlatformListing, Sellable, SyncConflict
from catalog.rules.merge import Group, Merged, part
from catalog.sync.items import ListedItem
from catalog.sync.matching import NoMatch, Shelf
from catalog.sync.models import ConflictState
from catalog.sync.values import values_of

SKU_KEPT = 200
DETAIL_KEPT = 300
LISTING_FIELDS = ("agreed", "ahead", "parent_ref", "missing_since", "compared_at", "told")
DISPUTED_FIELDS = ("base", "ours", "theirs")
ISSUE_KEY = ("platform", "item_ref")
ISSUE_FIELDS = (
    "parent_ref",
    "sku",
    "title",
    "kind",
    "detail",
    "last_seen_at",
    "is_ignored",
    "settled_at",
)


@dataclass(frozen=True, slots=True)
class Compared:
    """A listing whose disputes are to be written or laid to rest."""

    listing: PlatformListing
    sellable: Sellable
    item: ListedItem
    conflicts: tuple[Group, ...]


@dataclass(slots=True)
class PageWrites:
    """A later row of the page sees what an earlier one changed, though it is not written yet.

    `flush` writes all of it, in the caller's transaction.
    """

    shelf: Shelf
    now: datetime
    listings: dict[int, PlatformListing] = field(default_factory=dict)
    issues: dict[str, ListedIssue] = field(default_factory=dict)
    compared: dict[int, Compared] = field(default_factory=dict)

    def note_listing(self, item: ListedItem, sellable: Sellable, merged: Merged) -> None:
        """Written only where it changes: most rows of most pages change nothing."""
        told: dict[str, object] = {
            "agreed": merged.base,
            "ahead": ",".join(merged.ahead),
            "parent_ref": item.parent_ref,
            "missing_since": None,
        }
        listing = self.shelf.by_sellable.get(sellable.pk) or self._link(item, sellable)
        if any(getattr(listing, name) != value for name, value in told.items()):
            for name, value in told.items():
                setattr(listing, name, value)
            listing.compared_at = None
            listing.told = listing.told if merged.ahead else None
            self.listings[sellable.pk] = listing
        if merged.conflicts or sellable.pk in self.shelf.in_conflict:
            self.compared[sellable.pk] = Compared(listing, sellable, item, merged.conflicts)
            self.shelf.in_conflict.add(sellable.pk)

    def _link(self, item: ListedItem, sellable: Sellable) -> PlatformListing:
        listing = PlatformListing(
            sellable=sellable,
            platform=self.shelf.platform,
            external_ref=item.item_ref,
            seen_at=self.now,
        )
        self.listings[sellable.pk] = listing
        self.shelf.by_sellable[sellable.pk] = listing
        self.shelf.by_ref[item.item_ref].append(listing)
        return listing

    def note_gone(self, item: ListedItem) -> None:
        """Nothing here is deleted for it; the listing says since when it is gone."""
        for listing in self.shelf.by_ref.get(item.item_ref, ()):
            if listing.missing_since is None:
                listing.missing_since = self.now
                self.listings[listing.sellable_id] = listing
        self.settle_issue(item)

    def note_issue(self, item: ListedItem, why: NoMatch) -> None:
        """One row for each item; what a person chose to ignore stays ignored."""
        known = self.shelf.issues.get(item.item_ref)
        is_ignored = known is not None and known.is_ignored and known.kind == why.kind.value
        issue = ListedIssue(
            platform=self.shelf.platform,
            item_ref=item.item_ref,
            parent_ref=item.parent_ref,
            sku=item.sku[:SKU_KEPT],
            title=item.title[:SKU_KEPT],
            kind=why.kind.value,
            detail=why.detail[:DETAIL_KEPT],
            last_seen_at=self.now,
            is_ignored=is_ignored,
            settled_at=known.settled_at if known and is_ignored else None,
        )
        self._keep(issue)

    def settle_issue(self, item: ListedItem) -> None:
        """What fits now is off the work list."""
        issue = self.shelf.issues.get(item.item_ref)
        if issue is not None and issue.settled_at is None:
            issue.settled_at = self.now
            self._keep(issue)

    def _keep(self, issue: ListedIssue) -> None:
        self.shelf.issues[issue.item_ref] = issue
        self.issues[issue.item_ref] = issue

    def flush(self) -> None:
        self._flush_listings()
        self._flush_issues()
        if self.compared:
            _write_conflicts(list(self.compared.values()), self.now)

    def _flush_listings(self) -> None:
        new = [listing for listing in self.listings.values() if listing.pk is None]
        changed = [listing for listing in self.listings.values() if listing.pk is not None]
        for listing in changed:
            listing.updated_at = self.now
        PlatformListing.objects.bulk_update(changed, [*LISTING_FIELDS, "updated_at"])
        PlatformListing.objects.bulk_create(new)

    def _flush_issues(self) -> None:
        rows = [ListedIssue(**_told(issue)) for issue in self.issues.values()]
        ListedIssue.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=ISSUE_KEY, update_fields=ISSUE_FIELDS
        )


def _told(issue: ListedIssue) -> dict[str, object]:
    """Without its id: the platform's id of the item says which row it is."""
    return {name: getattr(issue, name) for name in (*ISSUE_KEY, *ISSUE_FIELDS)}


def _write_conflicts(compared: Sequence[Compared], now: datetime) -> None:
    """One open row for each listing and group; what is in dispute no longer is healed."""
    listings = [one.listing for one in compared]
    open_rows = SyncConflict.objects.still_open().filter(listing__in=listings)
    known = {(row.listing_id, row.group): row for row in open_rows}
    told = [_conflict(one, group, known) for one in compared for group in one.conflicts]
    SyncConflict.objects.bulk_create([row for row in told if row.pk is None])
    SyncConflict.objects.bulk_update([row for row in told if row.pk is not None], DISPUTED_FIELDS)
    healed = SyncConflict.objects.filter(pk__in=[row.pk for row in known.values()])
    healed.update(state=ConflictState.HEALED.value, settled_at=now)


def _conflict(
    compared: Compared, group: Group, known: dict[tuple[int, str], SyncConflict]
) -> SyncConflict:
    """The group's row, taken out of those known."""
    ours, theirs = values_of(compared.sellable), part(compared.item.values, group)
    listing = compared.listing
    key = (listing.pk, group.value)
    row = known.pop(key) if key in known else SyncConflict(listing=listing, group=group.value)
    row.base = part(listing.agreed_values, group)
    row.ours = {name: ours.get(name, "") for name in theirs}
    row.theirs = theirs
    return row
