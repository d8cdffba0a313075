"""Saying what a kit is put together from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db import transaction

from accounts.services.audit import record_audit
from catalog.kits.models import KitComponent
from catalog.models import Sellable
from shipping_project.kernel.errors import FieldError, InvalidInput

MOST_PARTS = 50
PARTS = "components"


@transaction.atomic
def set_components(*, kit_id: int, units: Mapping[int, int], actor: str) -> Sellable:
    """Put the kit together from so many units by sellable; from nothing, it is no kit any more.

    Kits are not put into kits, so that there are no rounds. Raises InvalidInput naming each part
    that will not do.
    """
    # All of them, so that of two callers who would put each into the other the second one sees it.
    ids = sorted({kit_id, *units})
    rows = {row.pk: row for row in Sellable.objects.select_for_update().filter(pk__in=ids)}
    kit = rows[kit_id]
    if faults := list(_faults(kit, rows, units)):
        raise InvalidInput(errors=faults)
    before = _told(kit)
    after = {rows[pk].sku: count for pk, count in units.items()}
    if before != after:
        KitComponent.objects.filter(kit=kit).delete()
        KitComponent.objects.bulk_create(
            KitComponent(kit=kit, component_id=pk, units=count) for pk, count in units.items()
        )
        kit.save(update_fields=["updated_at"])
        record_audit(
            actor=actor,
            action="sellable.components_changed",
            subject=kit,
            before={PARTS: before},
            after={PARTS: after},
        )
    return kit


def _faults(
    kit: Sellable, rows: Mapping[int, Sellable], units: Mapping[int, int]
) -> Iterator[FieldError]:
    if len(units) > MOST_PARTS:
        yield _fault("kit.too_many", f"A kit has {MOST_PARTS} components at the most.")
    if units and KitComponent.objects.filter(component=kit).exists():
        yield _fault("kit.nested", f"{kit.sku} is in a kit itself, so it cannot become one.")
    kits = set(
        KitComponent.objects.filter(kit_id__in=units.keys()).values_list("kit_id", flat=True)
    )
    for pk, count in units.items():
        part = rows.get(pk)
        if part is None or part.organization_id != kit.organization_id:
            yield _fault("sku.unknown", f"Sellable {pk} is none of this organization's.")
        elif pk == kit.pk:
            yield _fault("kit.nested", f"{part.sku} cannot be a component of itself.")
        elif pk in kits:
            yield _fault("kit.nested", f"{part.sku} is a kit; name its components instead.")
        elif count < 1:
            yield _fault("quantity.zero", f"Give units of {part.sku} from 1.")


def _fault(code: str, message: str) -> FieldError:
    return FieldError(field=PARTS, code=code, message=message)


def _told(kit: Sellable) -> dict[str, int]:
    rows = KitComponent.objects.filter(kit=kit)
    return dict(rows.values_list("component__sku", "units"))
