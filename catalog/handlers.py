"""Telling the platforms what was changed here. What stands there is read first, each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from carriers.contracts import CatalogItemDraft, Platform, SellableChange
from carriers.errors import UpstreamNotFound
from carriers.limits import Priority
from carriers.models import OutboxCommand
from carriers.outbox.outcomes import Delivered, Outcome, Rejected
from carriers.outbox.registry import CommandHandler, register
from carriers.platforms import easyship_client, veeqo_client
from catalog.models import PlatformListing
from catalog.rules.merge import FIELDS, Group, Value
from catalog.sync.items import ListedItem, item_of_row, items_of_product
from catalog.sync.telling import TELL, compare, note_telling, record_not_told, record_told
from shipping_project.kernel.money import Money

GONE = Rejected("catalog.gone_there", "The platform does not list it any more.")
OTHER_SKU = Rejected("catalog.other_sku_there", "The item has another SKU there by now.")


def tell(command: OutboxCommand) -> Outcome:
    """Values are absolute and computed anew from both sides, so a repeat is harmless.

    What somebody changed there meanwhile is not overwritten: it is merged like any reading.
    """
    listing = PlatformListing.objects.select_related("sellable").get(
        pk=command.payload["listing_id"]
    )
    item = _read(listing)
    if item is None or item.is_deleted:
        return GONE
    if item.sku != listing.sellable.sku:
        return OTHER_SKU
    _, told = compare(listing, theirs=item.values)
    if told.values:
        note_telling(listing_id=listing.pk, told=told)
        item = _write(listing, item, told.values)
    return Delivered({"item": asdict(item)})


def settle_told(command: OutboxCommand, outcome: Outcome) -> None:
    listing_id = command.payload["listing_id"]
    if isinstance(outcome, Delivered):
        result: Mapping[str, Any] = outcome.result
        record_told(listing_id=listing_id, item=ListedItem(**result["item"]))
    elif isinstance(outcome, Rejected):
        record_not_told(listing_id=listing_id, code=outcome.code)


def _read(listing: PlatformListing) -> ListedItem | None:
    if listing.platform == Platform.VEEQO.value:
        try:
            product = veeqo_client().get_product(listing.parent_ref)
        except UpstreamNotFound:
            return None
        items = items_of_product(product)
    else:
        rows = easyship_client().list_products(sku=listing.sellable.sku).rows
        items = tuple(item_of_row(row) for row in rows)
    return next((item for item in items if item.item_ref == listing.external_ref), None)


def _write(listing: PlatformListing, item: ListedItem, values: dict[str, Value]) -> ListedItem:
    """Returns the item as the platform has it afterwards."""
    if listing.platform == Platform.VEEQO.value:
        change = SellableChange(item_ref=item.item_ref, **_typed(values))
        product = veeqo_client().update_sellables(item.parent_ref, [change])
        return next(row for row in items_of_product(product) if row.item_ref == item.item_ref)
    draft = _draft(listing, values)
    return item_of_row(easyship_client().update_product(item.item_ref, draft))


def _draft(listing: PlatformListing, values: dict[str, Value]) -> CatalogItemDraft:
    """An amount travels with its currency, whichever of the two has changed."""
    sellable, prices = listing.sellable, set(FIELDS[Group.PRICE])
    plain = {key: value for key, value in values.items() if key not in prices}
    draft = CatalogItemDraft(**_typed(plain))
    if values.keys() & {"price", "currency"}:
        draft = replace(draft, selling_price=Money(sellable.price, sellable.currency))
    if values.keys() & {"cost", "cost_currency"}:
        draft = replace(draft, cost_price=sellable.cost_money)
    return draft


def _typed(values: Mapping[str, Value]) -> dict[str, Any]:
    return dict(values)


register(
    CommandHandler(
        kind=TELL, carry_out=tell, settle=settle_told, queue="sync", priority=Priority.SYNC
    )
)
