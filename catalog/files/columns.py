"""What the columns of a file of products can mean, and which of ours a heading stands for. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SKU = "sku"
PRODUCT_TITLE = "product"


@dataclass(frozen=True, slots=True)
class Column:
    """`words` are other headings that are common for it, in small letters."""

    name: str
    label: str
    words: tuple[str, ...] = ()


COLUMNS = (
    Column(SKU, "SKU", ("sku code", "item number", "article number", "identifier")),
    Column("title", "Title", ("name", "variant", "variant title", "item name")),
    Column(PRODUCT_TITLE, "Product", ("product title", "product name", "parent")),
    Column("brand", "Brand", ("vendor", "manufacturer")),
    Column("category", "Category", ("product type", "item category")),
    Column("tags", "Tags", ("labels",)),
    Column("barcode", "Barcode", ("ean", "upc", "gtin", "upc code")),
    Column("price", "Price", ("selling price", "retail price")),
    Column("currency", "Currency", ("price currency", "selling price currency")),
    Column("cost", "Cost", ("cost price", "unit cost")),
    Column("cost_currency", "Currency of the cost", ("cost price currency",)),
    Column("weight_g", "Weight (g)", ("weight", "weight grams", "grams")),
    Column("length_mm", "Length (mm)", ("length",)),
    Column("width_mm", "Width (mm)", ("width",)),
    Column("height_mm", "Height (mm)", ("height", "depth")),
    Column("hs_code", "HS code", ("hs", "tariff code", "hs tariff number", "commodity code")),
    Column("hs_codes", "HS codes by destination"),
    Column("origin_country", "Country of origin", ("origin", "made in", "country of manufacture")),
    Column("customs_description", "Customs description", ("description for customs",)),
    Column("contains_liquids", "Contains liquids", ("liquid", "liquids")),
    Column("contains_battery_pi966", "Batteries by themselves (PI 966)", ("pi966",)),
    Column("contains_battery_pi967", "Batteries in equipment (PI 967)", ("pi967",)),
    Column("un_number", "UN number", ("un",)),
    Column("image_url", "Image link", ("image", "image src", "picture")),
    Column("is_active", "Active", ("published", "enabled")),
)
NAMES = tuple(column.name for column in COLUMNS)
# Of the product that a sellable belongs to.
OF_PRODUCT = ("brand", "category", "tags")
FLAGS = ("contains_liquids", "contains_battery_pi966", "contains_battery_pi967", "is_active")
TRUE, FALSE = ("yes", "true", "1", "y", "x"), ("no", "false", "0", "n")


def suggested(headings: Sequence[str]) -> dict[str, str]:
    """Which of our columns each heading stands for, "" for none; each of ours once."""
    by_words = {
        _plain(words): column.name
        for column in COLUMNS
        for words in (column.name, column.label, *column.words)
    }
    found: dict[str, str] = {}
    for heading in headings:
        name = by_words.get(_plain(heading), "")
        found[heading] = "" if name in found.values() else name
    return found


def mapping_faults(mapping: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is wrong with a mapping, as heading and words."""
    used = [name for name in mapping.values() if name]
    faults = [
        (heading, f"There is no column {name!r}.")
        for heading, name in mapping.items()
        if name and name not in NAMES
    ]
    faults += [
        (heading, f"Only one heading can be {name!r}.")
        for heading, name in mapping.items()
        if name in NAMES and used.count(name) > 1
    ]
    if SKU not in used:
        faults.append(("", "Say which column holds the SKU."))
    return faults


def flag(text: str) -> bool | None:
    """None for a word that is neither yes nor no."""
    word = text.strip().lower()
    return True if word in TRUE else False if word in FALSE else None


def _plain(words: str) -> str:
    return re.sub(r"[^a-z0-9]", "", words.lower())
