"""A file of orders → one payload for each, in the form of `POST /orders`.

What is wrong with a single row is told of that row; only what makes the rest unreadable is refused
whole.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from io import TextIOWrapper
from itertools import groupby, islice
from typing import Any

from django.conf import settings
from rest_framework.exceptions import ParseError

from shipping_project.jobs.services import NewRow
from shipping_project.kernel.body_limits import BodyTooLarge, read_json
from shipping_project.kernel.errors import AppError, FieldError, InvalidInput
from shipping_project.kernel.postal import PostalAddress
from shipping_project.kernel.uploads import CsvUpload, JsonUpload, Upload

LONGEST_ROW = 262_144
# More than an order may have, so that one of them is refused and not cut.
MOST_LINES = 1_000
# An array is read whole, unlike lines.
MOST_IN_AN_ARRAY = 10_000
LARGEST_ARRAY = 33_554_432

ADDRESS = tuple(field.name for field in fields(PostalAddress))
LINE = ("sku", "quantity", "unit_price")
ORDER = (
    "external_ref",
    "currency",
    "carrier",
    "note",
    "ship_by",
    "placed_at",
    "hold_reason",
    "requested_service",
    "customer_tags",
    "is_residential",
    "deliver_by",
    "channel",
)
COLUMNS = (*ORDER, *ADDRESS, *LINE)


class TooManyRows(AppError):
    code = "rows.too_many"
    status = 413
    title = "There are too many rows"


def rows_of(upload: Upload) -> Iterator[NewRow]:
    """Raises InvalidInput, ParseError or TooManyRows while it is read."""
    if upload.media_type == JsonUpload.media_type:
        return _counted(_array(upload), MOST_IN_AN_ARRAY)
    rows = _csv(upload) if upload.media_type == CsvUpload.media_type else _lines(upload)
    return _counted(rows, settings.BULK_ROWS)


def _counted(rows: Iterable[NewRow], most: int) -> Iterator[NewRow]:
    for number, row in enumerate(rows, start=1):
        if number > most:
            raise TooManyRows(f"Send at most {most} orders in one go.")
        yield row


def _array(upload: Upload) -> Iterator[NewRow]:
    body = upload.content.read(LARGEST_ARRAY + 1)
    if len(body) > LARGEST_ARRAY:
        raise BodyTooLarge(f"Send at most {LARGEST_ARRAY} bytes as JSON; NDJSON may be larger.")
    value = read_json(body)
    orders = value.get("orders") if isinstance(value, Mapping) else value
    if not isinstance(orders, list):
        message = 'Give a list of orders, or an object with the list as "orders".'
        raise InvalidInput(errors=[FieldError(field="orders", code="type.list", message=message)])
    for number, order in enumerate(orders, start=1):
        yield NewRow(number, order)


def _lines(upload: Upload) -> Iterator[NewRow]:
    number = 0
    while line := upload.content.readline(LONGEST_ROW + 1):
        number += 1
        if len(line) > LONGEST_ROW:
            raise BodyTooLarge(f"Row {number} is longer than {LONGEST_ROW} bytes.")
        if line.strip():
            yield _line(number, line)


def _line(number: int, line: bytes) -> NewRow:
    try:
        return NewRow(number, read_json(line))
    except ParseError as exc:
        fault = FieldError(field="", code="row.unreadable", message=str(exc.detail))
        return NewRow(number, fault=fault)


def _csv(upload: Upload) -> Iterator[NewRow]:
    """One row for each line of an order; rows with the same number that follow each other are one.

    Only the first of them needs to tell of the destination and the rest.
    """
    text = TextIOWrapper(upload.content, encoding="utf-8-sig", newline="")
    reader = csv.DictReader(text, strict=True)
    try:
        _check_columns(reader.fieldnames or ())
        numbered = ((reader.line_num, row) for row in reader)
        for _, group in groupby(numbered, key=lambda pair: pair[1].get("external_ref")):
            yield _order(list(islice(group, MOST_LINES)))
    except UnicodeDecodeError:
        raise ParseError("The file is not UTF-8 text.") from None
    except csv.Error as exc:
        raise ParseError(f"The file is no CSV: {exc}, near line {reader.line_num}.") from None


def _check_columns(names: Iterable[str]) -> None:
    given = list(names)
    wrong = [name for name in given if name not in COLUMNS or given.count(name) > 1]
    missing = [name for name in ("external_ref", "sku", "quantity") if name not in given]
    faults = [
        FieldError(
            field=str(name)[:60],
            code="column.unknown",
            message=f"There is no such column, or twice; known are {', '.join(COLUMNS)}.",
        )
        for name in dict.fromkeys(wrong)
    ]
    faults += [
        FieldError(field=name, code="column.missing", message="This column is needed.")
        for name in missing
    ]
    if faults:
        raise InvalidInput(errors=faults)


def _order(group: list[tuple[int, dict[Any, Any]]]) -> NewRow:
    number, first = group[0]
    if any(None in row or None in row.values() for _, row in group):
        message = "This row has more or fewer cells than there are columns."
        return NewRow(number, fault=FieldError(field="", code="row.unreadable", message=message))
    if any("\x00" in cell for _, row in group for cell in row.values()):
        message = "This row holds a NUL character."
        return NewRow(number, fault=FieldError(field="", code="row.unreadable", message=message))
    order: dict[str, Any] = {name: first[name] for name in ORDER if first.get(name)}
    order["ship_to"] = {name: first[name] for name in ADDRESS if first.get(name)}
    order["lines"] = [_order_line(row) for _, row in group]
    return NewRow(number, order)


def _order_line(row: Mapping[str, str]) -> dict[str, Any]:
    line: dict[str, Any] = {"sku": row["sku"].strip()}
    quantity = row["quantity"].strip()
    is_number = quantity.isascii() and quantity.isdigit() and len(quantity) < 10
    line["quantity"] = int(quantity) if is_number else quantity
    if price := row.get("unit_price", "").strip():
        line["unit_price"] = price
    return line
