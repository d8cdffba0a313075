"""What somebody changed at a platform on a booking of ours."""

from __future__ import annotations

from dataclasses import dataclass

from carriers.contracts import Booking
from shipping_project.kernel.postal import PostalAddress

CANCELLED = "upstream.cancelled"
LABEL_GONE = "upstream.label_gone"
LABEL_CHANGED = "upstream.label_changed"
LABEL_ELSEWHERE = "upstream.label_elsewhere"
ADDRESS_CHANGED = "upstream.address_changed"
# Compared by letters and digits alone, since platforms write the rest in their own way. The state
# is left out: they spell it out or shorten it.
ADDRESS_PARTS = {
    "address_1": "street",
    "postal_code": "postal code",
    "city": "city",
    "country": "country",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBooking:
    """As we believe it to be; `label_ref` and `tracking_number` are "" without a live label."""

    label_ref: str
    tracking_number: str
    ship_to: PostalAddress


@dataclass(frozen=True, slots=True)
class Difference:
    """`detail` names the booking and both sides, so that the same difference reads the same."""

    code: str
    detail: str


def differences(
    ours: OwnBooking, theirs: Booking, ship_to: PostalAddress | None
) -> tuple[Difference, ...]:
    """Nothing is compared on a cancelled booking; `ship_to` is None where no address was told."""
    if theirs.is_cancelled:
        return (Difference(CANCELLED, f"Booking {theirs.platform_ref} was cancelled there."),)
    found = (_label(ours, theirs), _address(ours.ship_to, theirs, ship_to))
    return tuple(difference for difference in found if difference is not None)


def _label(ours: OwnBooking, theirs: Booking) -> Difference | None:
    label, where = theirs.label, f"Booking {theirs.platform_ref}"
    if not ours.label_ref:
        if label is None:
            return None
        told = f"{where} holds label {label.tracking_number or label.label_ref}, not bought by us."
        return Difference(LABEL_ELSEWHERE, told)
    if label is None:
        # One that is being made again is not gone.
        told = f"{where} no longer holds label {ours.tracking_number}."
        return None if theirs.label_pending else Difference(LABEL_GONE, told)
    is_same = label.label_ref == ours.label_ref and _same_number(
        label.tracking_number, ours.tracking_number
    )
    told = f"{where} holds label {label.tracking_number} instead of {ours.tracking_number}."
    return None if is_same else Difference(LABEL_CHANGED, told)


def _same_number(one: str, other: str) -> bool:
    """A number that is not told is no other number."""
    return not one or not other or one == other


def _address(
    ours: PostalAddress, theirs: Booking, ship_to: PostalAddress | None
) -> Difference | None:
    """Names the parts and not their text: what is noted here is read by many."""
    if ship_to is None:
        return None
    changed = [
        words
        for name, words in ADDRESS_PARTS.items()
        if _plain(getattr(ship_to, name)) != _plain(getattr(ours, name))
    ]
    if not changed:
        return None
    told = f"The address of booking {theirs.platform_ref} was changed there: {', '.join(changed)}."
    return Difference(ADDRESS_CHANGED, told)


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
