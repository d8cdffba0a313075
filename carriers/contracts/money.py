"""What the platform says about money: the account, its credit, charges, taxes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shipping_project.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """`available` is what labels may still be bought for."""

    balance: Money
    available: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`credit` is None where our key may not see it."""

    account_ref: str
    name: str
    credit: Credit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRecord:
    """A charge or refund, in the account's currency, which the record does not repeat.

    The sign of `amount` is as the platform sends it; its documentation does not say which way
    round charges and refunds are.
    """

    record_ref: str
    amount: Decimal
    kind: str
    description: str
    payee: str
    platform_ref: str
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutiableItem:
    """One line. `value` is for the whole line; `hs_code` has exactly 8 or 10 digits."""

    hs_code: str
    origin_country: str
    value: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyQuestion:
    origin_country: str
    destination_country: str
    shipping: Money
    insurance: Money
    items: tuple[DutiableItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxAndDuty:
    tax: Money
    duty: Money
