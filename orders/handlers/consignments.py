"""A shipment as the platform needs it, with the platform's own ids looked up once and kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from carriers.contracts import Consignment, ConsignmentItem, PackedParcel, Platform
from carriers.errors import UpstreamRefused
from carriers.models import OutboxCommand
from carriers.outbox.outcomes import Rejected
from carriers.platforms import port_for
from carriers.ports import ShippingPort
from catalog.models import PlatformListing, Sellable
from catalog.services import record_listing
from inventory.models import WarehouseLink
from inventory.services.links import record_warehouse_link
from orders.models import Order, OrderLine, Package, Shipment
from orders.services.places import same_place
from shipping_project.kernel.money import Money

# Veeqo sells from its own catalog and warehouses, so both need its ids; Easyship takes addresses
# and descriptions as they come.
WITH_OWN_CATALOG = frozenset({Platform.VEEQO})


class NotListed(UpstreamRefused):
    """A SKU is not, or not clearly, in the platform's catalog; nothing was sent."""

    code = "catalog.not_listed"
    title = "A product is not listed at the platform"


class NotLinked(UpstreamRefused):
    """The platform does not know the warehouse; nothing was sent."""

    code = "warehouse.not_linked"
    title = "A warehouse is not known at the platform"


class PackedOtherwise(UpstreamRefused):
    """The boxes do not hold what the order consists of; nothing was sent."""

    code = "packing.outdated"
    title = "The order was packed before it changed"


def shipment_of(command: OutboxCommand) -> Shipment:
    found: Shipment = Shipment.objects.select_related("order", "warehouse").get(
        pk=command.payload["shipment_id"]
    )
    return found


def package_of(shipment: Shipment) -> Package:
    """The box that the shipment's label stands with, and what is bought is kept under."""
    found: Package = Package.objects.leading().get(shipment=shipment)
    return found


# What a command ends with that a cancellation overtook before it was sent.
CALLED_OFF = Rejected("order.called_off", "The order was called off before this was sent.")


def is_called_off(shipment: Shipment) -> bool:
    """Whether a cancellation was asked for by now, however long ago the shipment was read."""
    return Order.objects.filter(pk=shipment.order_id, cancel_requested_at__isnull=False).exists()


def port_of(shipment: Shipment) -> ShippingPort:
    return port_for(Platform(shipment.platform))


def consignment_for(shipment: Shipment, *, is_catalogued: bool = False) -> Consignment:
    """Everything the platform is told. May read from the platform to learn its ids.

    `is_catalogued`: with the platform's ids even where it could do without. Raises NotListed and
    NotLinked where it has none.
    """
    order = shipment.order
    lines = list(order.lines.select_related("sellable__product"))
    packages = list(Package.objects.filter(shipment=shipment).order_by("position"))
    refs: dict[int, str] = {}
    warehouse_ref = ""
    if is_catalogued or Platform(shipment.platform) in WITH_OWN_CATALOG:
        refs = _item_refs(shipment, lines)
        warehouse_ref = _warehouse_ref(shipment)
    items = {line.position: _item(order, line, refs.get(line.sellable_id, "")) for line in lines}
    return Consignment(
        reference=shipment.reference,
        ship_from=shipment.warehouse.address,
        ship_to=order.address,
        parcel=packages[0].parcel,
        items=tuple(items.values()),
        parcels=_parcels(packages, items) if len(packages) > 1 else (),
        currency=order.currency,
        incoterm=shipment.incoterm,
        is_insured=shipment.is_insured,
        warehouse_ref=warehouse_ref,
        placed_at=order.placed_at,
        is_residential=order.is_residential,
    )


def _parcels(
    packages: Sequence[Package], items: Mapping[int, ConsignmentItem]
) -> tuple[PackedParcel, ...]:
    """Each box with its part of the lines, by their positions. Raises PackedOtherwise."""
    packed: Counter[int] = Counter()
    for package in packages:
        packed.update({one["line"]: one["quantity"] for one in package.contents})
    if packed != {position: item.quantity for position, item in items.items()}:
        raise PackedOtherwise("The lines are not those any more that the boxes were packed for.")
    return tuple(
        PackedParcel(
            parcel=package.parcel,
            items=tuple(
                replace(items[one["line"]], quantity=one["quantity"]) for one in package.contents
            ),
        )
        for package in packages
    )


def _item(order: Order, line: OrderLine, item_ref: str) -> ConsignmentItem:
    sellable = line.sellable
    return ConsignmentItem(
        line_ref=str(line.pk),
        sku=line.sku,
        description=sellable.customs_description or sellable.title,
        quantity=line.quantity,
        unit_value=Money(line.unit_price, order.currency),
        unit_weight_g=sellable.weight_g,
        length_mm=sellable.length_mm,
        width_mm=sellable.width_mm,
        height_mm=sellable.height_mm,
        hs_code=sellable.hs_code_for(order.country),
        origin_country=sellable.origin_country,
        category=sellable.product.category,
        item_ref=item_ref,
        dangers=sellable.dangers,
    )


def _item_refs(shipment: Shipment, lines: list[OrderLine]) -> dict[int, str]:
    """The platform's id by sellable; asks for those we have not met and keeps the answer."""
    wanted = {line.sellable_id: line.sku for line in lines}
    listings = PlatformListing.objects.at(shipment.platform).filter(sellable_id__in=wanted)
    known = dict(listings.values_list("sellable_id", "external_ref"))
    unknown = {sku: pk for pk, sku in wanted.items() if pk not in known}
    if unknown:
        for sku, ref in _looked_up(shipment, sorted(unknown)).items():
            known[unknown[sku]] = ref
            record_listing(sellable_id=unknown[sku], platform=shipment.platform, external_ref=ref)
    return known


def _looked_up(shipment: Shipment, skus: list[str]) -> dict[str, str]:
    """By SKU alone, so only where that means one product; a person may link the others."""
    place = shipment.get_platform_display()
    namesakes = Sellable.objects.with_skus(skus).exclude(
        organization=shipment.order.organization_id
    )
    shared = sorted(set(namesakes.values_list("sku", flat=True)))
    if shared:
        raise NotListed(
            f"It is not clear which product {', '.join(shared)} means at {place}; link it under "
            "Listed, not matched."
        )
    found: dict[str, set[str]] = defaultdict(set)
    for item in port_of(shipment).find_items(skus):
        found[item.sku].add(item.item_ref)
    missing = [sku for sku in skus if not found[sku]]
    doubled = [sku for sku in skus if len(found[sku]) > 1]
    if missing:
        raise NotListed(f"{', '.join(missing)} is not listed at {place}; list it there first.")
    if doubled:
        raise NotListed(f"{', '.join(doubled)} is listed more than once at {place}.")
    return {sku: found[sku].pop() for sku in skus}


def _warehouse_ref(shipment: Shipment) -> str:
    warehouse = shipment.warehouse
    link = WarehouseLink.objects.filter(warehouse=warehouse, platform=shipment.platform).first()
    if link is not None:
        return str(link.external_ref)
    port = port_of(shipment)
    # One that was made there a moment ago is not among those remembered.
    theirs = same_place(warehouse, port.list_warehouses()) or same_place(
        warehouse, port.list_warehouses(anew=True)
    )
    if theirs is not None:
        record_warehouse_link(
            warehouse_id=warehouse.pk,
            platform=shipment.platform,
            external_ref=theirs.warehouse_ref,
        )
        return theirs.warehouse_ref
    place = shipment.get_platform_display()
    raise NotLinked(
        f"{place} has no warehouse with the external id {warehouse.code} or the name "
        f"{warehouse.name!r}."
    )
