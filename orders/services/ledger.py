"""The only writer of the ledger. Lines are written in the transaction of what causes them."""

from __future__ import annotations

from collections.abc import Collection
from decimal import ROUND_HALF_UP

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from orders.models import LedgerKind, LedgerLine, Package, PurchaseIntent
from shipping_project.kernel.money import CENT, Money


@transaction.atomic
def enter_quoted(*, intent: PurchaseIntent) -> LedgerLine:
    """The price that was agreed to before a purchase; a repeat returns the first line."""
    line: LedgerLine = LedgerLine.objects.get_or_create(
        intent=intent,
        kind=LedgerKind.QUOTED.value,
        defaults={
            "package_id": intent.package_id,
            **_columns(Money(intent.quoted, intent.currency)),
            "note": intent.service_name,
        },
    )[0]
    return line


def enter_bought(
    *,
    package: Package,
    label_ref: str,
    cost: Money | None,
    intent: PurchaseIntent | None = None,
    note: str = "",
) -> LedgerLine:
    """A label was sold to us, for `cost` if it was told; a repeat returns the first line."""
    return _enter(package, LedgerKind.BOUGHT, label_ref, cost, intent=intent, note=note)


def enter_refunded(*, package: Package, record_ref: str, back: Money, note: str = "") -> LedgerLine:
    """`back`, above zero, was returned; a repeat returns the first line.

    `record_ref` is the platform's record of it, or the label's number where it keeps none.
    """
    if back.amount <= 0:
        raise ValueError(f"{back} is nothing to be returned")
    return _enter(package, LedgerKind.REFUNDED, record_ref, back * -1, note=note)


def enter_adjusted(
    *, package: Package, record_ref: str, change: Money, note: str = ""
) -> LedgerLine:
    """What was charged later: above zero for a surcharge. A repeat returns the first line."""
    return _enter(package, LedgerKind.ADJUSTED, record_ref, change, note=note)


def match_line(*, line_id: int, record_ref: str) -> bool:
    """The platform's record `record_ref` shows this movement too; False when it was matched."""
    matched: int = LedgerLine.objects.filter(pk=line_id, matched_at=None).update(
        matched_ref=record_ref[:64], matched_at=timezone.now()
    )
    return matched == 1


def match_labels(*, package_ids: Collection[int]) -> int:
    """The platform's own labels have these packages' prices; returns how many were not matched."""
    unmatched = LedgerLine.objects.unmatched().filter(kind=LedgerKind.BOUGHT)
    matched: int = unmatched.filter(package_id__in=package_ids).update(
        matched_ref=F("upstream_ref"), matched_at=timezone.now()
    )
    return matched


@transaction.atomic
def _enter(
    package: Package,
    kind: LedgerKind,
    upstream_ref: str,
    money: Money | None,
    *,
    intent: PurchaseIntent | None = None,
    note: str = "",
) -> LedgerLine:
    line: LedgerLine = LedgerLine.objects.get_or_create(
        package=package,
        kind=kind.value,
        upstream_ref=upstream_ref[:64],
        defaults={"intent": intent, **_columns(money), "note": note[:200]},
    )[0]
    return line


def _columns(money: Money | None) -> dict[str, object]:
    if money is None:
        return {"amount": None, "currency": ""}
    return {"amount": money.amount.quantize(CENT, ROUND_HALF_UP), "currency": money.currency}
