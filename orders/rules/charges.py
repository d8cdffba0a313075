"""A platform's records of one shipment's money against our ledger's lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from carriers.contracts import TransactionRecord
from orders.rules.voids import is_refund
from shipping_project.kernel.money import Money

# As the ledger names its movements.
BOUGHT, REFUNDED, ADJUSTED = "bought", "refunded", "adjusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLine:
    """One movement in our ledger; what came back is below zero, and a price not told is None."""

    pk: int
    kind: str
    money: Money | None
    upstream_ref: str = ""
    matched_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A movement that only the platform knows of."""

    kind: str
    money: Money
    record_ref: str
    note: str = ""


@dataclass(slots=True)
class Accounting:
    """`matches` are lines with the record that shows them, `entries` what our ledger lacks."""

    matches: list[tuple[int, str]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


def account_for(
    lines: Iterable[OwnLine], records: Sequence[TransactionRecord], currency: str
) -> Accounting:
    """Pair each record with a line of its kind and amount.

    What is left over is a refund or a later charge to be entered. A plain charge of another size
    than our label's price is neither: it stays apart, for the comparison of the sums to show.
    """
    known = list(lines)
    taken = {line.matched_ref for line in known}
    free = [line for line in known if not line.matched_ref]
    sign = sign_of_charges(records)
    found = Accounting()
    for record in records:
        if record.record_ref not in taken:
            money = Money(record.amount * sign, currency)
            _account(found, free, Entry(kind=kind_of(record), money=money, **_told(record)))
    return found


def _told(record: TransactionRecord) -> dict[str, str]:
    return {"record_ref": record.record_ref, "note": record.kind or record.description}


def _account(found: Accounting, free: list[OwnLine], entry: Entry) -> None:
    line = next((one for one in free if one.kind == entry.kind and one.money == entry.money), None)
    unpriced = next((one for one in free if one.kind == entry.kind and one.money is None), None)
    if line is not None:
        free.remove(line)
        found.matches.append((line.pk, entry.record_ref))
    elif entry.kind != BOUGHT:
        if entry.money.amount:
            found.entries.append(entry)
    elif unpriced is not None:
        free.remove(unpriced)
        told_later = Entry(kind=ADJUSTED, money=entry.money, record_ref=entry.record_ref)
        found.entries.append(told_later)
        found.matches.append((unpriced.pk, entry.record_ref))


def kind_of(record: TransactionRecord) -> str:
    """A record without a kind is the charge for the label itself."""
    if not record.kind:
        return BOUGHT
    return REFUNDED if is_refund(record.kind) else ADJUSTED


def sign_of_charges(records: Iterable[TransactionRecord]) -> int:
    """1 where charges are above zero, -1 where below.

    The platform does not say which, but its charge for the label tells, and refunds have the other
    sign. Without either, above.
    """
    for kind, way in ((BOUGHT, 1), (REFUNDED, -1)):
        for record in records:
            if kind_of(record) == kind and record.amount:
                return way if record.amount > 0 else -way
    return 1


def net_charge(records: Sequence[TransactionRecord], currency: str) -> Money | None:
    """What a shipment came to after every charge and refund; None without records."""
    if not records:
        return None
    total = sum((record.amount for record in records), Decimal(0))
    return Money(total * sign_of_charges(records), currency)


def net_of(lines: Iterable[OwnLine], currency: str) -> Money:
    """What our ledger says a shipment came to, in one currency."""
    amounts = (
        line.money.amount for line in lines if line.money and line.money.currency == currency
    )
    return Money(sum(amounts, Decimal(0)), currency)


def cost_of(lines: Iterable[OwnLine]) -> Money | None:
    """What a label cost with later charges and before refunds; None where it is not told.

    Two currencies cannot be added, so it counts as not told.
    """
    spent = [line.money for line in lines if line.kind in (BOUGHT, ADJUSTED)]
    told = [money for money in spent if money is not None]
    currencies = {money.currency for money in told}
    if len(currencies) != 1:
        return None
    return Money(sum((money.amount for money in told), Decimal(0)), currencies.pop())
