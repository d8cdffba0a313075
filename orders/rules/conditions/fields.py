"""What a condition can ask about, and how each kind of value is compared.

The facts of an order are a flat mapping of these names to plain values; a name that is missing, or
None, is not known. Texts are in capitals without blanks at the ends, postcodes without any blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

Fact = str | int | bool | Decimal | tuple[str, ...] | tuple[Mapping[str, str], ...] | None


class Facts(Protocol):
    """A mapping of facts, or what works them out when they are asked for."""

    def get(self, name: str, /) -> Fact: ...


# Cubic centimetres that count as one kilogram, as the carriers' tariffs have it.
DIVISOR_CM3_PER_KG = 5000
WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
LINES = "lines"


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    FLAG = "flag"
    CODES = "codes"
    OF_LINES = "of_lines"


class Operator(StrEnum):
    IS = "is"
    IN = "in"
    NOT_IN = "not_in"
    STARTS_WITH = "starts_with"
    BETWEEN = "between"
    ABOVE = "above"
    BELOW = "below"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Share(StrEnum):
    """How many of the order's lines a condition on lines asks for."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


_O = Operator
_AMOUNTS = frozenset({_O.IS, _O.BETWEEN, _O.ABOVE, _O.BELOW, _O.AT_LEAST, _O.AT_MOST})
OPERATORS: Mapping[Kind, frozenset[Operator]] = {
    Kind.TEXT: frozenset({_O.IS, _O.IN, _O.NOT_IN, _O.STARTS_WITH, _O.BETWEEN}),
    Kind.NUMBER: _AMOUNTS,
    Kind.MONEY: _AMOUNTS,
    Kind.FLAG: frozenset({_O.IS}),
    Kind.CODES: frozenset({_O.IN, _O.NOT_IN}),
    Kind.OF_LINES: frozenset({_O.IN, _O.STARTS_WITH}),
}


@dataclass(frozen=True, slots=True)
class Field:
    """`from_warehouse`: known only once the warehouse is chosen. `is_many`: a line has several of
    them, one on each line of the text, and each is compared."""

    name: str
    kind: Kind
    label: str
    unit: str = ""
    from_warehouse: bool = False
    is_many: bool = False


# What every line with dangerous goods has, whichever they are.
ANY_DANGER = "ANY"
_FIELDS = (
    Field("country", Kind.TEXT, "country"),
    Field("country_group", Kind.TEXT, "country group"),
    Field("region", Kind.TEXT, "state or province"),
    Field("postal_code", Kind.TEXT, "postcode"),
    Field("is_po_box", Kind.FLAG, "PO box"),
    Field("is_company", Kind.FLAG, "company address"),
    Field("is_residential", Kind.FLAG, "residential address"),
    Field("weight_g", Kind.NUMBER, "weight", "g"),
    Field("billable_weight_g", Kind.NUMBER, "billable weight", "g"),
    Field("longest_side_mm", Kind.NUMBER, "longest side", "mm"),
    Field("volume_cm3", Kind.NUMBER, "volume", "cm³"),
    Field("value", Kind.MONEY, "value"),
    Field("line_count", Kind.NUMBER, "lines"),
    Field("units", Kind.NUMBER, "units"),
    Field("sku", Kind.OF_LINES, "SKU"),
    Field("brand", Kind.OF_LINES, "brand"),
    Field("category", Kind.OF_LINES, "category"),
    Field("hs_code", Kind.OF_LINES, "HS code"),
    Field("origin_country", Kind.OF_LINES, "country of origin"),
    Field("product_tag", Kind.OF_LINES, "product tag", is_many=True),
    Field("dangerous_goods", Kind.OF_LINES, "dangerous goods", is_many=True),
    Field("source", Kind.TEXT, "source"),
    Field("channel", Kind.TEXT, "sales channel"),
    Field("organization", Kind.TEXT, "organization"),
    Field("requested_carrier", Kind.TEXT, "requested carrier"),
    Field("requested_service", Kind.TEXT, "requested service"),
    Field("customer_tag", Kind.CODES, "customer tags", is_many=True),
    Field("ship_by_day", Kind.TEXT, "promised day of handing over (UTC)"),
    Field("hours_to_ship_by", Kind.NUMBER, "hours until it must ship", "h"),
    Field("deliver_by_day", Kind.TEXT, "promised day of delivery"),
    Field("days_to_deliver_by", Kind.NUMBER, "days until it is to arrive", "d"),
    Field("stocked_in", Kind.CODES, "warehouses that hold every line"),
    Field("warehouse", Kind.TEXT, "warehouse", from_warehouse=True),
    Field("leaves_country", Kind.FLAG, "leaves the country", from_warehouse=True),
    Field("hour", Kind.NUMBER, "hour at the warehouse", from_warehouse=True),
    Field("weekday", Kind.TEXT, "weekday at the warehouse", from_warehouse=True),
)
FIELDS: Mapping[str, Field] = {field.name: field for field in _FIELDS}

EU = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
COUNTRY_GROUPS: Mapping[str, frozenset[str]] = {
    "EU": EU,
    "EFTA": frozenset({"CH", "IS", "LI", "NO"}),
    "UK": frozenset({"GB", "GG", "IM", "JE"}),
    "NORTH_AMERICA": frozenset({"CA", "MX", "US"}),
}


def tidied_text(name: str, text: str) -> str:
    """As facts and the values of conditions are compared."""
    text = text.strip().upper()
    return "".join(text.split()) if name == "postal_code" else text


def billable_weight_g(weight_g: int, volume_cm3: int) -> int:
    """The greater of the weight and the weight that the size stands for, rounded up."""
    return max(weight_g, -(-volume_cm3 * 1000 // DIVISOR_CM3_PER_KG))
