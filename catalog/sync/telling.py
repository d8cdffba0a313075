"""What of ours is to be told to the platforms: found by looking, queued once, and kept."""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction
from django.utils import timezone

from carriers.models import OutboxCommand
from carriers.outbox.commands import enqueue_command
from catalog.models import FieldMaster, PlatformListing, Sellable
from catalog.rules.merge import Group, Master, Merged, Told, Values, merge, to_tell
from catalog.sync.items import ListedItem
from catalog.sync.taking import take_items
from catalog.sync.values import values_of

TELL = "catalog.tell"
# One look takes so many; the next one goes on, since those looked at are no longer due.
BATCH = 500


def tell_changed() -> int:
    """Queue what was changed here since the last look; returns how many listings that is."""
    due = PlatformListing.objects.to_compare().order_by("pk").values_list("pk", flat=True)
    return sum(_look(listing_id) for listing_id in list(due[:BATCH]))


@transaction.atomic
def _look(listing_id: int) -> bool:
    listing = _locked(listing_id)
    lane = lane_of(listing)
    if OutboxCommand.objects.in_lane(lane).still_open().exists():
        # It may have read our values already, so this is looked at again after it.
        return False
    merged, told = compare(listing, theirs=listing.agreed_values)
    listing.ahead = ",".join(merged.ahead)
    listing.compared_at = timezone.now()
    is_new = bool(told.values) and asdict(told) != listing.told
    if is_new:
        enqueue_command(
            organization_id=listing.sellable.organization_id,
            kind=TELL,
            lane=lane,
            platform=listing.platform,
            payload={"listing_id": listing.pk},
        )
    listing.save(update_fields=["ahead", "compared_at"])
    return is_new


def compare(listing: PlatformListing, *, theirs: Values) -> tuple[Merged, Told]:
    """What is to be told, given what stands there."""
    ours = values_of(listing.sellable)
    masters = FieldMaster.objects.filter(organization=listing.sellable.organization_id)
    merged = merge(
        base=listing.agreed_values,
        ours=ours,
        theirs=theirs,
        platform=listing.platform,
        masters={Group(row.group): Master(row.master) for row in masters},
    )
    told = to_tell(platform=listing.platform, ahead=merged.ahead, ours=ours, theirs=theirs)
    return merged, told


def lane_of(listing: PlatformListing) -> str:
    return f"listing:{listing.pk}"


def note_telling(*, listing_id: int, told: Told) -> None:
    """Before the call, so that a reading which meets our own values knows them for ours."""
    PlatformListing.objects.filter(pk=listing_id).update(told=asdict(told))


def record_told(*, listing_id: int, item: ListedItem) -> None:
    """What the platform answered is what it has: agreed on where it is what we told.

    A value that it ignored leaves ours ahead, and is not told again until one of both moves.
    """
    listing = _locked(listing_id)
    PlatformListing.objects.filter(pk=listing_id).update(tell_error="")
    take_items(platform=listing.platform, items=[item])


def record_not_told(*, listing_id: int, code: str) -> None:
    """Refused: the same values are not told again; the listing says why."""
    listing = _locked(listing_id)
    _, told = compare(listing, theirs=listing.agreed_values)
    listing.told, listing.tell_error = asdict(told), code
    listing.save(update_fields=["told", "tell_error"])


def _locked(listing_id: int) -> PlatformListing:
    """The sellable before its listing, as every reading locks them, or two could wait for ever."""
    rows = PlatformListing.objects.filter(pk=listing_id)
    Sellable.objects.select_for_update(of=("self",), no_key=True).get(listings__in=rows)
    listing: PlatformListing = rows.select_for_update(of=("self",)).select_related("sellable").get()
    return listing
