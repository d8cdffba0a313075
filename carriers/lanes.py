"""When two consignments cost the same, near enough to remember one price for both. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from carriers.contracts import Consignment, PackedParcel
from shipping_project.kernel.postal import PostalAddress

# Up to so many grams a band is so many wide; the last one goes on.
BANDS = ((1_000, 100), (10_000, 500), (None, 1_000))
ORIGIN_DIGITS = 3
US = "US"
ZIP_DIGITS = 5


def band_of(weight_g: int) -> int:
    """The heaviest weight of the band, in grams, for which the price is asked."""
    for limit, width in BANDS:
        if limit is None or weight_g <= limit:
            return -(-weight_g // width) * width
    raise AssertionError("the last band has no end")


def for_its_band(consignment: Consignment) -> Consignment:
    banded = tuple(_for_its_band(packed) for packed in consignment.packed)
    items = tuple(item for packed in banded for item in packed.items)
    several = banded if consignment.parcels else ()
    return replace(consignment, parcel=banded[0].parcel, items=items, parcels=several)


def _for_its_band(packed: PackedParcel) -> PackedParcel:
    parcel = replace(packed.parcel, weight_g=band_of(packed.parcel.weight_g))
    item = replace(packed.items[0], unit_weight_g=parcel.weight_g)
    return PackedParcel(parcel=parcel, items=(item,))


def lane_of(consignment: Consignment, day: date) -> str:
    """Where from, where to, box, weight, goods and day: what a price depends on."""
    return "|".join(
        (
            day.isoformat(),
            _origin(consignment.ship_from),
            _destination(consignment.ship_to),
            *(part for packed in consignment.packed for part in _parcel_words(packed)),
            f"{consignment.currency}/{consignment.incoterm}",
        )
    )


def _parcel_words(packed: PackedParcel) -> tuple[str, ...]:
    parcel, item = packed.parcel, packed.items[0]
    return (
        f"{parcel.length_mm}x{parcel.width_mm}x{parcel.height_mm}",
        f"{band_of(parcel.weight_g)}g",
        str(item.unit_value),
        "/".join((item.category, item.hs_code, item.origin_country, *item.dangers)),
    )


def price_lane(
    ship_from: PostalAddress, ship_to: PostalAddress, billable_g: int, *, parcels: int = 1
) -> str:
    """Parcels on one lane cost about the same: by the regions of both ends and billable weight.

    `billable_g` is that of all `parcels` that go together, which cost other than as one. Coarser
    than what one platform's price is remembered by, so that prices that came in for one order serve
    the next. 120 characters hold it.
    """
    region = _postcode(ship_to)[:ORIGIN_DIGITS] or ship_to.state.strip().upper()[:40]
    count = "" if parcels == 1 else f" in {parcels}"
    return f"{_origin(ship_from)}>{ship_to.country} {region}|{band_of(billable_g)}g{count}"


def _origin(address: PostalAddress) -> str:
    """Carriers' zones go by the beginning of the origin's postcode."""
    return f"{address.country} {_postcode(address)[:ORIGIN_DIGITS]}"


def _destination(address: PostalAddress) -> str:
    state = "" if _postcode(address) else f" {address.state} {address.city}".upper()
    return f"{address.country} {_postcode(address)}{state}"


def _postcode(address: PostalAddress) -> str:
    text = "".join(address.postal_code.split()).upper()
    return text[:ZIP_DIGITS] if address.country == US else text
