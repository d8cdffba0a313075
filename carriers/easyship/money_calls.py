"""Easyship calls about the account, its credit, its charges, and what customs will take."""

from __future__ import annotations

from datetime import date

from carriers.contracts import (
    Account,
    Credit,
    DutyQuestion,
    Page,
    TaxAndDuty,
    TransactionRecord,
)
from carriers.easyship import build_money, parse_money
from carriers.easyship.calls import EasyshipCalls


class MoneyCalls(EasyshipCalls):
    def get_account(self) -> Account:
        return self._read("get_account", "/account", parse_money.account)

    def get_credit(self) -> Credit:
        return self._read("get_credit", "/account/credit", parse_money.credit)

    def list_transaction_records(
        self, *, from_date: date, to_date: date, page: int = 1
    ) -> Page[TransactionRecord]:
        params = [("from_date", from_date.isoformat()), ("to_date", to_date.isoformat())]
        path = "/transaction_records"
        parse = parse_money.listed_transaction_records
        return self._page("list_transaction_records", path, parse, page, params)

    def list_shipment_charges(self, shipment_ref: str, *, page: int = 1) -> Page[TransactionRecord]:
        """Charges and refunds of one shipment."""
        path = f"/shipments/{shipment_ref}/transaction_records"
        parse = parse_money.transaction_records
        return self._page("list_shipment_charges", path, parse, page)

    def estimate_duties(self, question: DutyQuestion) -> TaxAndDuty:
        """Metered there, and refused without a plan that has it."""
        body = build_money.duties_body(question)
        path = "/taxes_and_duties"
        return self._ask("estimate_duties", path, parse_money.tax_and_duty, body)
