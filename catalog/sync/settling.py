"""A person's word: on conflicts, and on what a platform lists that fits nothing here."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from accounts.models import Organization
from accounts.services.audit import record_audit
from catalog.models import FieldMaster, ListedIssue, PlatformListing, Sellable, SyncConflict
from catalog.rules.merge import FIELDS, Group, Master
from catalog.services import change_sellable, record_listing
from catalog.sync.models import ConflictState
from catalog.sync.values import ValuesUnfit, fitting, values_of
from shipping_project.kernel.errors import FieldError, InvalidInput, StateChanged

logger = logging.getLogger(__name__)


class Choice(StrEnum):
    """Which values of a conflict are to stand."""

    OURS = "ours"
    THEIRS = "theirs"
    EDITED = "edited"


@transaction.atomic
def settle_conflict(
    *, conflict_id: int, choice: Choice, actor: str, values: Mapping[str, object] | None = None
) -> SyncConflict:
    """Write what was chosen here; where it is not theirs, ours is newer than the platform's.

    `values` are those of an edit. Raises StateChanged for a conflict that was settled before, and
    ValuesUnfit or InvalidInput with nothing written.
    """
    listing_id = SyncConflict.objects.values_list("listing_id", flat=True).get(pk=conflict_id)
    # The sellable first, then its listing, as every reading locks them.
    rows = PlatformListing.objects.filter(pk=listing_id)
    sellable = Sellable.objects.select_for_update(of=("self",), no_key=True).get(listings__in=rows)
    listing = rows.select_for_update().get()
    conflict: SyncConflict = SyncConflict.objects.select_for_update().get(pk=conflict_id)
    if conflict.state != ConflictState.OPEN.value:
        raise StateChanged(f"It is settled already: {conflict.get_state_display().lower()}.")
    chosen = {Choice.OURS: {}, Choice.THEIRS: conflict.theirs, Choice.EDITED: values or {}}[choice]
    _only_of_group(chosen, Group(conflict.group))
    change_sellable(sellable=sellable, changes=fitting(chosen), actor=actor)
    _agree(listing, sellable, conflict)
    conflict.state, conflict.settled_at, conflict.settled_by = choice.value, timezone.now(), actor
    conflict.save(update_fields=["state", "settled_at", "settled_by"])
    record_audit(actor=actor, action="syncconflict.settled", subject=conflict, after={**chosen})
    return conflict


def _only_of_group(chosen: Mapping[str, object], group: Group) -> None:
    foreign = [name for name in chosen if name not in FIELDS[group]]
    if foreign:
        message = f"Only {', '.join(FIELDS[group])} can be given here."
        faults = [FieldError(field=name, code="not_of_group", message=message) for name in foreign]
        raise InvalidInput(errors=faults)


def _agree(listing: PlatformListing, sellable: Sellable, conflict: SyncConflict) -> None:
    """Their values were seen and decided about: the next change there is compared with them."""
    ours = values_of(sellable)
    ahead = set(filter(None, listing.ahead.split(",")))
    is_same = all(ours.get(name) == value for name, value in conflict.theirs.items())
    ahead = ahead - {conflict.group} if is_same else ahead | {conflict.group}
    listing.agreed = {**listing.agreed_values, **conflict.theirs}
    listing.ahead = ",".join(sorted(ahead))
    listing.compared_at = None
    listing.save(update_fields=["agreed", "ahead", "compared_at", "updated_at"])


@transaction.atomic
def link_issue(*, issue_id: int, sellable: Sellable, actor: str) -> PlatformListing:
    """The listed item is this sellable, whose SKU must be the same; a repeat changes nothing.

    Raises InvalidInput for another SKU: a link between two would book the wrong product.
    """
    # A reading that meets the item locks its sellable first, too.
    Sellable.objects.select_for_update(no_key=True).get(pk=sellable.pk)
    issue: ListedIssue = ListedIssue.objects.select_for_update().get(pk=issue_id)
    if not issue.sku or issue.sku != sellable.sku:
        message = f"There it is {issue.sku or 'without a SKU'}, here {sellable.sku}."
        fault = FieldError(field="sellable", code="sku.differs", message=message)
        raise InvalidInput(message, errors=[fault])
    listing = record_listing(
        sellable_id=sellable.pk, platform=issue.platform, external_ref=issue.item_ref
    )
    issue.settled_at, issue.is_ignored = timezone.now(), False
    issue.save(update_fields=["settled_at", "is_ignored"])
    record_audit(actor=actor, action="listedissue.linked", subject=issue, after={"sku": issue.sku})
    return listing


def sellable_like(issue: ListedIssue, owner: Organization) -> Sellable:
    """The owner's, with exactly the SKU that stands there. Raises InvalidInput without one."""
    rows = Sellable.objects.filter(organization=owner)
    found: Sellable | None = rows.with_skus([issue.sku]).first() if issue.sku else None
    if found is None:
        message = f"{owner.name} has no SKU {issue.sku!r}."
        fault = FieldError(field="organization", code="sku.unknown", message=message)
        raise InvalidInput(errors=[fault])
    return found


@transaction.atomic
def ignore_issue(*, issue_id: int, reason: str, actor: str) -> ListedIssue:
    """Not ours to keep in step; it stays ignored while it stays the same kind of thing."""
    issue: ListedIssue = ListedIssue.objects.select_for_update().get(pk=issue_id)
    if not issue.is_ignored:
        issue.settled_at, issue.is_ignored = timezone.now(), True
        issue.save(update_fields=["settled_at", "is_ignored"])
        record_audit(
            actor=actor, action="listedissue.ignored", subject=issue, after={"reason": reason}
        )
    return issue


@transaction.atomic
def set_master(*, organization_id: int, group: Group, master: Master, actor: str) -> FieldMaster:
    """Who decides a group of fields from now on, in the conflicts that are open as well.

    One whose values cannot be kept stays open.
    """
    row, _ = FieldMaster.objects.select_for_update().get_or_create(
        organization_id=organization_id, group=group.value
    )
    before = row.master
    if before != master.value:
        row.master = master.value
        row.save(update_fields=["master"])
        record_audit(
            actor=actor,
            action="fieldmaster.changed",
            subject=row,
            before={"master": before},
            after={"master": row.master},
        )
    if master is not Master.NOBODY:
        _settle_by_master(row, master, actor)
    return row


def _settle_by_master(row: FieldMaster, master: Master, actor: str) -> None:
    rows = SyncConflict.objects.of_organization(row.organization_id).still_open()
    places = rows.filter(group=row.group).order_by("pk").values_list("pk", "listing__platform")
    for conflict_id, platform in list(places):
        choice = Choice.THEIRS if platform == master.value else Choice.OURS
        try:
            with transaction.atomic():
                settle_conflict(conflict_id=conflict_id, choice=choice, actor=actor)
        except ValuesUnfit:
            logger.info("conflict stays open", extra={"conflict_id": conflict_id})
