"""Every field of a new order as the page draws it: value, faults and doubts side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from orders.reports.products import ProductStock
from orders.rules.addresses import Finding, Severity
from orders.web.order_form import OrderForm
from shipping_project.kernel.errors import FieldError


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One sentence beside a field; `is_error` stops the order."""

    text: str
    is_error: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    name: str
    label: str
    value: str
    kind: str = "text"
    autocomplete: str = "off"
    is_required: bool = False
    is_wide: bool = False
    notes: tuple[Note, ...] = ()

    @property
    def is_faulty(self) -> bool:
        return any(note.is_error for note in self.notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFields:
    """One line of the form with what is known of its product."""

    index: int
    sku: FormField
    quantity: FormField
    unit_price: FormField
    product: ProductStock | None


Notes = Mapping[str, Sequence[Note]]
# Name, label, kind of input, what a browser may fill in.
ADDRESS_FIELDS = (
    ("name", "Name", "text", "name"),
    ("company", "Company", "text", "organization"),
    ("address_1", "Street and number", "text", "address-line1"),
    ("address_2", "Second address line", "text", "address-line2"),
    ("city", "City", "text", "address-level2"),
    ("state", "State or province", "text", "address-level1"),
    ("postal_code", "Postcode", "text", "postal-code"),
    ("country", "Country", "text", "country"),
    ("phone", "Phone", "tel", "tel"),
    ("email", "E-mail", "email", "email"),
)
WIDE = frozenset({"address_1", "address_2"})
REQUIRED = frozenset({"name", "address_1", "city", "country"})


def notes_by_field(errors: Iterable[FieldError], findings: Iterable[Finding] = ()) -> Notes:
    """Faults of the request and findings on the address, by the name of the input."""
    notes: dict[str, list[Note]] = {}
    for fault in errors:
        notes.setdefault(_input_name(fault.field), []).append(
            Note(text=fault.message, is_error=True)
        )
    for finding in findings:
        note = Note(text=finding.message, is_error=finding.severity is Severity.ERROR)
        known = notes.setdefault(_input_name(finding.field), [])
        if note.text not in {other.text for other in known}:
            known.append(note)
    return notes


def address_fields(form: OrderForm, notes: Notes) -> tuple[FormField, ...]:
    return tuple(
        FormField(
            name=name,
            label=label,
            value=form.address.get(name, ""),
            kind=kind,
            autocomplete=autocomplete,
            is_required=name in REQUIRED,
            is_wide=name in WIDE,
            notes=tuple(notes.get(name, ())),
        )
        for name, label, kind, autocomplete in ADDRESS_FIELDS
    )


def line_fields(
    form: OrderForm, notes: Notes, products: Mapping[str, ProductStock]
) -> tuple[LineFields, ...]:
    def part(index: int, name: str, label: str, value: str) -> FormField:
        found = tuple(notes.get(f"lines[{index}].{name}", ()))
        return FormField(name=name, label=f"{label}, line {index + 1}", value=value, notes=found)

    return tuple(
        LineFields(
            index=index,
            sku=part(index, "sku", "SKU", line.sku),
            quantity=part(index, "quantity", "Quantity", line.quantity),
            unit_price=part(index, "unit_price", "Unit price", line.unit_price),
            product=products.get(line.sku.strip()),
        )
        for index, line in enumerate(form.lines)
    )


def other_fields(form: OrderForm, notes: Notes) -> dict[str, FormField]:
    """The fields beside address and lines, by name."""
    facts = (
        ("organization", "Organization", form.organization),
        ("external_ref", "Your reference", form.external_ref),
        ("carrier", "Carrier", form.carrier),
        ("ship_by", "Ship by (UTC)", form.ship_by),
        ("deliver_by", "Promised for", form.deliver_by),
        ("note", "Note", form.note),
        ("requested_service", "Requested service", form.requested_service),
        ("customer_tags", "Customer tags", form.customer_tags),
        ("is_residential", "Residential address", form.is_residential),
        ("text", "Pasted text", form.text),
        ("lines", "Lines", ""),
    )
    return {
        name: FormField(name=name, label=label, value=value, notes=tuple(notes.get(name, ())))
        for name, label, value in facts
    }


def _input_name(field: str) -> str:
    return field.removeprefix("ship_to.") or "form"
