"""The labels of many orders in one file, for a packing desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orders.label_formats import LabelFormat, in_format, merged
from orders.models import Order, Package
from orders.services.label_files import open_label
from shipping_project.kernel.errors import AppError, FieldError

MOST_ORDERS = 200


@dataclass(frozen=True, slots=True)
class Sheet:
    """The labels there are, in the order asked for, and why the others are not among them."""

    content: bytes
    labels: int
    missing: Sequence[FieldError]


def label_sheet(orders: Sequence[Order], wanted: LabelFormat = LabelFormat.PDF) -> Sheet:
    """PDF or ZPL; the content is empty where no order has a label.

    Raises LabelUnreadable. Files that storage lost are asked for again, as with single labels.
    """
    files: list[bytes] = []
    missing: list[FieldError] = []
    packages = _packages(orders)
    for order in orders:
        found, fault = _read(order, packages.get(order.pk, []))
        files += found
        missing += [fault] if fault else []
    if not files:
        return Sheet(b"", 0, missing)
    if wanted is LabelFormat.PDF:
        return Sheet(merged(files), len(files), missing)
    return Sheet(b"".join(in_format(pdf, wanted) for pdf in files), len(files), missing)


def _packages(orders: Sequence[Order]) -> dict[int, list[Package]]:
    by_order: dict[int, list[Package]] = {}
    rows = Package.objects.labelled().exclude(label_file="").filter(shipment__order__in=orders)
    for package in rows.select_related("shipment").order_by("shipment_id", "id"):
        by_order.setdefault(package.shipment.order_id, []).append(package)
    return by_order


def _read(order: Order, packages: Sequence[Package]) -> tuple[list[bytes], FieldError | None]:
    """All or none of an order's labels."""
    if not packages:
        return [], FieldError(field=order.number, code="label.none", message="It has no label yet.")
    found = []
    for package in packages:
        try:
            with open_label(package_id=package.pk) as file:
                found.append(file.read())
        except AppError as exc:
            return [], FieldError(field=order.number, code=exc.code, message=exc.detail)
    return found, None
