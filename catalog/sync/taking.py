"""Taking a page of a platform's list: match, merge, write, and say what became of each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils import timezone

from catalog.models import PlatformListing, Sellable
from catalog.rules.merge import Merged, Value, merge
from catalog.services import change_sellable
from catalog.sync.items import ListedItem
from catalog.sync.matching import NoMatch, Shelf, shelf_for
from catalog.sync.models import IssueKind
from catalog.sync.values import ValuesUnfit, fitting, values_of
from catalog.sync.writing import SKU_KEPT, PageWrites


class Outcome(StrEnum):
    """The columns of a run; each row counts in exactly one."""

    LINKED = "linked"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    AHEAD = "ahead"
    CONFLICTED = "conflicted"
    UNMATCHED = "unmatched"
    UNFIT = "unfit"
    GONE = "gone"


@dataclass(slots=True)
class PageOutcome:
    """How many rows came to what, and a line for each that is not simply unchanged."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    changes: list[dict[str, object]] = field(default_factory=list)

    def add(self, item: ListedItem, outcome: Outcome, what: str) -> None:
        self.counts[outcome] += 1
        if outcome is not Outcome.UNCHANGED:
            sku = item.sku[:SKU_KEPT]
            self.changes.append({"sku": sku, "outcome": outcome.value, "what": what})


def take_items(*, platform: str, items: Sequence[ListedItem]) -> PageOutcome:
    """Write what the page tells, in the caller's transaction; a repeat changes nothing."""
    shelf = shelf_for(platform, items)
    refs = [item.item_ref for item in items if not item.is_deleted]
    seen = PlatformListing.objects.at(platform).filter(external_ref__in=refs)
    seen.update(seen_at=timezone.now())
    page, writes = PageOutcome(), PageWrites(shelf, timezone.now())
    for item in items:
        outcome, what = _take(writes, item)
        page.add(item, outcome, what)
    writes.flush()
    return page


def _take(writes: PageWrites, item: ListedItem) -> tuple[Outcome, str]:
    shelf = writes.shelf
    if item.is_deleted:
        writes.note_gone(item)
        return Outcome.GONE, "Deleted there."
    sellable = shelf.match(item)
    if isinstance(sellable, NoMatch):
        writes.note_issue(item, sellable)
        return Outcome.UNMATCHED, sellable.kind.label
    if shelf.is_doubted(item):
        return Outcome.UNMATCHED, "Another one there has this SKU."
    merged = _merge(shelf, item, sellable)
    try:
        changes = fitting(merged.take)
    except ValuesUnfit as exc:
        writes.note_issue(item, NoMatch(IssueKind.UNFIT, exc.detail))
        return Outcome.UNFIT, exc.detail
    return _write(writes, item, sellable, merged, changes)


def _merge(shelf: Shelf, item: ListedItem, sellable: Sellable) -> Merged:
    listing = shelf.by_sellable.get(sellable.pk)
    return merge(
        base=_ground(listing, item) if listing else {},
        ours=values_of(sellable),
        theirs=item.values,
        platform=shelf.platform,
        masters=shelf.masters.get(sellable.organization_id, {}),
    )


def _ground(listing: PlatformListing, item: ListedItem) -> dict[str, Value]:
    """What was agreed on, and our own values where they come back as we told them."""
    told: dict[str, Value] = (listing.told or {}).get("values", {})
    echo = {name: value for name, value in told.items() if item.values.get(name) == value}
    return {**listing.agreed_values, **echo}


def _write(
    writes: PageWrites,
    item: ListedItem,
    sellable: Sellable,
    merged: Merged,
    changes: dict[str, object],
) -> tuple[Outcome, str]:
    was_known = sellable.pk in writes.shelf.by_sellable
    if changes:
        change_sellable(sellable=sellable, changes=changes, actor=writes.shelf.platform)
    writes.note_listing(item, sellable, merged)
    writes.settle_issue(item)
    if merged.conflicts:
        return Outcome.CONFLICTED, ", ".join(merged.conflicts)
    if changes:
        return Outcome.UPDATED, ", ".join(changes)
    if not was_known:
        return Outcome.LINKED, item.item_ref
    return (Outcome.AHEAD, ",".join(merged.ahead)) if merged.ahead else (Outcome.UNCHANGED, "")
