"""Taking a page of a platform's list: match, merge, write, and say what became of each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils import timezone

from catalog.models import ListedIssue, PlatformListing, Sellable, SyncConflict
from catalog.rules.merge import Group, Merged, Value, merge, part
from catalog.services import change_sellable
from catalog.sync.items import ListedItem
from catalog.sync.matching import NoMatch, Shelf, shelf_for
from catalog.sync.models import ConflictState, IssueKind
from catalog.sync.values import ValuesUnfit, fitting, values_of

SKU_KEPT = 200


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
    page = PageOutcome()
    for item in items:
        outcome, what = _take(shelf, item)
        page.add(item, outcome, what)
    return page


def _take(shelf: Shelf, item: ListedItem) -> tuple[Outcome, str]:
    if item.is_deleted:
        return _note_gone(shelf, item)
    sellable = shelf.match(item)
    if isinstance(sellable, NoMatch):
        _note_issue(shelf, item, sellable)
        return Outcome.UNMATCHED, sellable.kind.label
    if shelf.is_doubted(item):
        return Outcome.UNMATCHED, "Another one there has this SKU."
    merged = _merge(shelf, item, sellable)
    try:
        changes = fitting(merged.take)
    except ValuesUnfit as exc:
        _note_issue(shelf, item, NoMatch(IssueKind.UNFIT, exc.detail))
        return Outcome.UNFIT, exc.detail
    return _write(shelf, item, sellable, merged, changes)


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
    shelf: Shelf,
    item: ListedItem,
    sellable: Sellable,
    merged: Merged,
    changes: dict[str, object],
) -> tuple[Outcome, str]:
    was_known = sellable.pk in shelf.by_sellable
    if changes:
        change_sellable(sellable=sellable, changes=changes, actor=shelf.platform)
    listing = _write_listing(shelf, item, sellable, merged)
    if merged.conflicts or listing.pk in shelf.in_conflict:
        _write_conflicts(listing, sellable, item, merged)
        shelf.in_conflict.add(listing.pk)
    _settle_issue(shelf, item)
    if merged.conflicts:
        return Outcome.CONFLICTED, ", ".join(merged.conflicts)
    if changes:
        return Outcome.UPDATED, ", ".join(changes)
    if not was_known:
        return Outcome.LINKED, item.item_ref
    return (Outcome.AHEAD, listing.ahead) if merged.ahead else (Outcome.UNCHANGED, "")


def _write_listing(
    shelf: Shelf, item: ListedItem, sellable: Sellable, merged: Merged
) -> PlatformListing:
    """Written only where it changes: most rows of most pages change nothing."""
    told: dict[str, object] = {
        "agreed": merged.base,
        "ahead": ",".join(merged.ahead),
        "parent_ref": item.parent_ref,
        "missing_since": None,
    }
    listing = shelf.by_sellable.get(sellable.pk)
    if listing is None:
        listing = PlatformListing.objects.create(
            sellable=sellable,
            platform=shelf.platform,
            external_ref=item.item_ref,
            seen_at=timezone.now(),
            **told,
        )
        shelf.by_sellable[sellable.pk] = listing
        shelf.by_ref[item.item_ref].append(listing)
    elif any(getattr(listing, name) != value for name, value in told.items()):
        for name, value in told.items():
            setattr(listing, name, value)
        listing.compared_at = None
        listing.told = listing.told if merged.ahead else None
        listing.save(update_fields=[*told, "compared_at", "told", "updated_at"])
    return listing


def _write_conflicts(
    listing: PlatformListing, sellable: Sellable, item: ListedItem, merged: Merged
) -> None:
    ours = values_of(sellable)
    for group in merged.conflicts:
        theirs = part(item.values, group)
        SyncConflict.objects.update_or_create(
            listing=listing,
            group=group.value,
            state=ConflictState.OPEN.value,
            defaults={
                "base": part(listing.agreed_values, group),
                "ours": {name: ours.get(name, "") for name in theirs},
                "theirs": theirs,
            },
        )
    healed = [group.value for group in Group if group not in merged.conflicts]
    stale = SyncConflict.objects.still_open().filter(listing=listing, group__in=healed)
    stale.update(state=ConflictState.HEALED.value, settled_at=timezone.now())


def _note_gone(shelf: Shelf, item: ListedItem) -> tuple[Outcome, str]:
    """Nothing here is deleted for it; the listing says since when it is gone."""
    known = PlatformListing.objects.at(shelf.platform).filter(external_ref=item.item_ref)
    known.filter(missing_since=None).update(missing_since=timezone.now())
    _settle_issue(shelf, item)
    return Outcome.GONE, "Deleted there."


def _note_issue(shelf: Shelf, item: ListedItem, why: NoMatch) -> None:
    """One row for each item; what a person chose to ignore stays ignored."""
    known = shelf.issues.get(item.item_ref)
    is_ignored = known is not None and known.is_ignored and known.kind == why.kind.value
    issue, _ = ListedIssue.objects.update_or_create(
        platform=shelf.platform,
        item_ref=item.item_ref,
        defaults={
            "parent_ref": item.parent_ref,
            "sku": item.sku[:SKU_KEPT],
            "title": item.title[:SKU_KEPT],
            "kind": why.kind.value,
            "detail": why.detail[:300],
            "last_seen_at": timezone.now(),
            "is_ignored": is_ignored,
            "settled_at": known.settled_at if known and is_ignored else None,
        },
    )
    shelf.issues[item.item_ref] = issue


def _settle_issue(shelf: Shelf, item: ListedItem) -> None:
    """What fits now is off the work list."""
    issue = shelf.issues.get(item.item_ref)
    if issue is not None and issue.settled_at is None:
        issue.settled_at = timezone.now()
        issue.save(update_fields=["settled_at"])
