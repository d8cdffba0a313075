"""An order as JSON → a draft, with every fault of form named by its field.

A faulty value is replaced by an empty one, so that the rest can be checked in the same go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from orders.rules.drafts import LineDraft, OrderDraft
from shipping_project.kernel.errors import FieldError
from shipping_project.kernel.moments import OUT_OF_RANGE, is_in_range
from shipping_project.kernel.postal import PostalAddress

KNOWN = frozenset({
    "external_ref", "ship_to", "lines", "currency", "carrier", "note", "ship_by", "placed_at",
    "hold_reason", "requested_service", "customer_tags", "is_residential", "deliver_by",
    "channel",
})  # fmt: skip
ADDRESS = tuple(field.name for field in fields(PostalAddress))
LINE = ("sku", "quantity", "unit_price")
KNOWN_OF_ADDRESS, KNOWN_OF_LINE = frozenset(ADDRESS), frozenset(LINE)
MAX_TEXT = 5_000
LONGEST_CHANNEL = 120
MOST_TAGS, LONGEST_TAG = 20, 40


class JsonReading:
    """Values out of one JSON object, and what was wrong with them."""

    def __init__(self, value: Mapping[str, Any], path: str, faults: list[FieldError]) -> None:
        self.value, self.path, self.faults = value, path, faults

    def fault(self, name: str, code: str, message: str) -> None:
        field = f"{self.path}.{name}" if self.path else name
        self.faults.append(FieldError(field=field, code=code, message=message))

    def text(self, name: str, longest: int = MAX_TEXT) -> str:
        found = self.value.get(name)
        if found is None:
            return ""
        if not isinstance(found, str):
            self.fault(name, "type.text", "Give a text in quotes.")
            return ""
        if len(found) > longest:
            self.fault(name, "text.too_long", f"Use at most {longest} characters.")
            return ""
        return found

    def moment(self, name: str) -> datetime | None:
        text = self.text(name)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.fault(name, "type.time", "Give an ISO 8601 time such as 2026-03-01T12:00:00Z.")
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if not is_in_range(moment):
            self.fault(name, "time.out_of_range", OUT_OF_RANGE)
            return None
        return moment

    def day(self, name: str) -> date | None:
        text = self.text(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.fault(name, "type.date", "Give a day such as 2026-03-01.")
            return None

    def tags(self, name: str) -> tuple[str, ...]:
        """A list of words, or words between commas, each once and in lower case."""
        found = self.value.get(name)
        words = found.split(",") if isinstance(found, str) else found or ()
        is_list = isinstance(words, list | tuple)
        if not is_list or not all(isinstance(word, str) for word in words):
            self.fault(name, "type.list", "Give a list of words in quotes.")
            return ()
        tidy = tuple(dict.fromkeys(" ".join(word.split()).lower() for word in words))
        if len(tidy) > MOST_TAGS or any(len(word) > LONGEST_TAG for word in tidy):
            message = f"Give at most {MOST_TAGS} words of at most {LONGEST_TAG} characters."
            self.fault(name, "tags.too_many", message)
            return ()
        return tuple(word for word in tidy if word)

    def flag(self, name: str) -> bool | None:
        """None is not known. A CSV has it as a word."""
        found = self.value.get(name)
        if found in (None, ""):
            return None
        known = {"true": True, "false": False, True: True, False: False}
        word = found.strip().lower() if isinstance(found, str) else found
        if not isinstance(word, str | bool) or word not in known:
            self.fault(name, "type.flag", "Give true or false.")
            return None
        return known[word]

    def refuse_unknown(self, known: frozenset[str]) -> None:
        if self.value.keys() <= known:
            return
        for name in sorted(set(map(str, self.value)) - known):
            message = f"There is no such field; known are {', '.join(sorted(known))}."
            self.fault(name[:60], "field.unknown", message)


def draft_from(body: Any, *, source: str) -> tuple[OrderDraft, list[FieldError]]:
    """The draft, and all faults of form; an empty list means that the form is right."""
    faults: list[FieldError] = []
    if not isinstance(body, Mapping):
        faults.append(FieldError(field="", code="type.object", message="Give a JSON object."))
        body = {}
    top = JsonReading(body, "", faults)
    top.refuse_unknown(KNOWN)
    draft = OrderDraft(
        source=source,
        # A blank around it must not make a second order of the same number.
        external_ref=top.text("external_ref").strip(),
        ship_to=_address(top),
        lines=_lines(top),
        currency=top.text("currency").upper(),
        requested_carrier=top.text("carrier").strip().upper(),
        note=top.text("note"),
        placed_at=top.moment("placed_at"),
        ship_by=top.moment("ship_by"),
        hold_reason=top.text("hold_reason", 200),
        requested_service=top.text("requested_service", 60).strip(),
        customer_tags=top.tags("customer_tags"),
        is_residential=top.flag("is_residential"),
        deliver_by=top.day("deliver_by"),
        channel=top.text("channel", LONGEST_CHANNEL).strip(),
    )
    return draft, faults


@dataclass(frozen=True, slots=True)
class AddressChange:
    """`replaces_label` is the caller's word that a label bought for the old one is given back."""

    address: PostalAddress
    replaces_label: bool


def address_from(body: Any) -> tuple[AddressChange, list[FieldError]]:
    """A corrected destination, and all faults of form."""
    faults: list[FieldError] = []
    top = JsonReading(body if isinstance(body, Mapping) else {}, "", faults)
    top.refuse_unknown(frozenset({"ship_to", "replace_label"}))
    replaces = top.value.get("replace_label", False)
    if not isinstance(replaces, bool):
        top.fault("replace_label", "type.flag", "Give true or false.")
    return AddressChange(_address(top), replaces is True), faults


def _address(top: JsonReading) -> PostalAddress:
    given = top.value.get("ship_to")
    if not isinstance(given, Mapping):
        top.fault("ship_to", "type.object", "Give the address as an object.")
        return PostalAddress()
    reading = JsonReading(given, "ship_to", top.faults)
    reading.refuse_unknown(KNOWN_OF_ADDRESS)
    return PostalAddress(**{name: reading.text(name, 300) for name in ADDRESS})


def _lines(top: JsonReading) -> tuple[LineDraft, ...]:
    given = top.value.get("lines")
    if given is None:
        return ()
    if not isinstance(given, list):
        top.fault("lines", "type.list", "Give a list of lines.")
        return ()
    return tuple(_line(top, index, line) for index, line in enumerate(given[:1000]))


def _line(top: JsonReading, index: int, given: Any) -> LineDraft:
    if not isinstance(given, Mapping):
        top.fault(f"lines[{index}]", "type.object", "Give each line as an object.")
        given = {}
    reading = JsonReading(given, f"lines[{index}]", top.faults)
    reading.refuse_unknown(KNOWN_OF_LINE)
    return LineDraft(
        sku=reading.text("sku", 64),
        quantity=_quantity(reading),
        unit_price=_price(reading),
    )


def _quantity(reading: JsonReading) -> int:
    """A whole number; anything else counts as 0 and is named by the next check."""
    found = reading.value.get("quantity")
    is_whole = isinstance(found, int) and not isinstance(found, bool)
    return found if isinstance(found, int) and is_whole and abs(found) < 10**9 else 0


def _price(reading: JsonReading) -> Decimal | None:
    """A number or a text that is one, at most two decimals; absent means the list price."""
    found = reading.value.get("unit_price")
    if found is None:
        return None
    try:
        price = Decimal(str(found)) if isinstance(found, str | int | float) else None
    except InvalidOperation:
        price = None
    if price is None or isinstance(found, bool) or not price.is_finite() or abs(price) > 10**9:
        reading.fault("unit_price", "type.decimal", 'Give an amount such as "18.50".')
        return None
    if price != round(price, 2):
        reading.fault("unit_price", "line.price_invalid", "Give at most two decimals.")
        return None
    return price
