"""Writing to the catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from accounts.services.audit import record_audit
from catalog.models import PlatformListing, Product, Sellable
from shipping_project.kernel.errors import FieldError, InvalidInput
from shipping_project.kernel.versions import hold_to_seen

SKU_TAKEN = "sku.taken"


def record_listing(*, sellable_id: int, platform: str, external_ref: str) -> PlatformListing:
    """Keep the id under which a platform lists a sellable; a repeat replaces it.

    What was agreed on with another item there is no ground for comparing this one.
    """
    with transaction.atomic():
        listing, is_new = PlatformListing.objects.select_for_update().get_or_create(
            sellable_id=sellable_id, platform=platform, defaults={"external_ref": external_ref}
        )
        if not is_new and listing.external_ref != external_ref:
            listing.external_ref = external_ref
            listing.agreed, listing.ahead, listing.parent_ref = None, "", ""
            listing.told, listing.tell_error = None, ""
            listing.seen_at = listing.missing_since = listing.compared_at = None
            listing.save()
    return listing


def create_product(*, product: Product, actor: str) -> Product:
    with transaction.atomic():
        product.save(force_insert=True)
        record_audit(actor=actor, action="product.created", subject=product)
    return product


def create_sellable(*, sellable: Sellable, actor: str) -> Sellable:
    """Raises InvalidInput when the organization has this SKU already."""
    with _sku_free(sellable.sku), transaction.atomic():
        sellable.save(force_insert=True)
        record_audit(actor=actor, action="sellable.created", subject=sellable)
    return sellable


def change_product(*, product: Product, changes: Mapping[str, object], actor: str) -> Product:
    _change(product, changes, actor=actor)
    return product


def change_sellable(*, sellable: Sellable, changes: Mapping[str, object], actor: str) -> Sellable:
    """Raises InvalidInput when the new SKU is another sellable's."""
    with _sku_free(str(changes.get("sku", sellable.sku))):
        _change(sellable, changes, actor=actor)
    return sellable


def remove_product(*, product: Product, actor: str) -> bool:
    """Delete a product without sellables (True); switch any other off with all of them (False)."""
    with transaction.atomic():
        hold_to_seen(product)
        sellables = list(Sellable.objects.select_for_update().filter(product=product))
        if not sellables:
            record_audit(actor=actor, action="product.deleted", subject=product)
            product.delete()
            return True
        for sellable in sellables:
            _change(sellable, {"is_active": False}, actor=actor)
        _change(product, {"is_active": False}, actor=actor)
        return False


def remove_sellable(*, sellable: Sellable, actor: str) -> bool:
    """Delete a sellable that nothing refers to (True); switch any other off (False).

    A listing counts too: without its row the platform's id of the sellable would be lost.
    """
    try:
        with transaction.atomic():
            hold_to_seen(sellable)
            if not sellable.listings.exists():
                record_audit(actor=actor, action="sellable.deleted", subject=sellable)
                Sellable.objects.get(pk=sellable.pk).delete()
                return True
    except (ProtectedError, IntegrityError):
        # Ordered, counted or promised, perhaps only just now.
        pass
    _change(sellable, {"is_active": False}, actor=actor)
    return False


def _change(row: Product | Sellable, changes: Mapping[str, object], *, actor: str) -> None:
    before = {name: getattr(row, name) for name in changes}
    changed = {name: value for name, value in changes.items() if before[name] != value}
    with transaction.atomic():
        hold_to_seen(row)
        if not changed:
            return
        for name, value in changed.items():
            setattr(row, name, value)
        row.save(update_fields=[*changed, "updated_at"])
        record_audit(
            actor=actor,
            action=f"{row._meta.model_name}.changed",
            subject=row,
            before={name: str(before[name]) for name in changed},
            after={name: str(value) for name, value in changed.items()},
        )


@contextmanager
def _sku_free(sku: str) -> Iterator[None]:
    """Two requests may pass the check of form together; the database decides."""
    try:
        yield
    except IntegrityError as exc:
        if "sku" not in str(exc):
            raise
        fault = FieldError(field="sku", code=SKU_TAKEN, message=f"{sku!r} is in use already.")
        raise InvalidInput(errors=[fault]) from exc
