"""Easyship's account, charges and duties → ours. Pure and tolerant."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from carriers.contracts import Account, Credit, Page, TaxAndDuty, TransactionRecord
from carriers.easyship.parse import NAME, listed, page_of
from carriers.errors import malformed
from carriers.readers import Reader
from shipping_project.kernel.money import Money


def account(body: Any, *, operation: str) -> Account:
    """Parts of it are left out where the key has no scope for them."""
    row = Reader(body, platform=NAME, operation=operation).need_child("account")
    credit = row.child("credit")
    return Account(
        account_ref=row.ref("easyship_company_id"),
        name=row.text("name"),
        credit=_credit(credit) if credit else None,
    )


def credit(body: Any, *, operation: str) -> Credit:
    return _credit(Reader(body, platform=NAME, operation=operation).need_child("credit"))


def _credit(row: Reader) -> Credit:
    currency = row.text("currency")
    return Credit(
        balance=_need_money(row, "balance", currency),
        available=_need_money(row, "available_balance", currency),
    )


def transaction_records(body: Any, *, operation: str) -> Page[TransactionRecord]:
    """All or nothing: the charges of one shipment are added up."""
    return page_of(body, operation, "transaction_records", _record)


def listed_transaction_records(body: Any, *, operation: str) -> Page[TransactionRecord]:
    return listed(body, operation, "transaction_records", _record)


def _record(row: Reader) -> TransactionRecord:
    return TransactionRecord(
        record_ref=row.need_ref("id"),
        amount=_need_decimal(row, "amount"),
        kind=row.text("adjustment_type"),
        description=row.text("description"),
        payee=row.text("payment_recipient"),
        platform_ref=row.ref("easyship_shipment_id"),
        settled_at=row.moment("settled_at"),
    )


def tax_and_duty(body: Any, *, operation: str) -> TaxAndDuty:
    row = Reader(body, platform=NAME, operation=operation).need_child("tax_and_duty")
    currency = row.text("currency")
    return TaxAndDuty(
        tax=_need_money(row, "tax", currency), duty=_need_money(row, "duty", currency)
    )


def _need_money(row: Reader, key: str, currency: str) -> Money:
    """An amount that cannot be read is no zero."""
    money = row.money(key, currency)
    if money is None:
        raise malformed(NAME, row.operation, f"{row.path}.{key}")
    return money


def _need_decimal(row: Reader, key: str) -> Decimal:
    number = row.decimal(key)
    if number is None:
        raise malformed(NAME, row.operation, f"{row.path}.{key}")
    return number
