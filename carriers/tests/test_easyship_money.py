"""Every Easyship call about account, charges and duties: sent, addressed, read, refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

import pytest
import responses

from carriers.contracts import (
    Account,
    Credit,
    DutiableItem,
    DutyQuestion,
    Page,
    TaxAndDuty,
    TransactionRecord,
)
from carriers.easyship import parse_money
from carriers.easyship.build_money import MixedCurrencies
from carriers.errors import UpstreamMalformed
from carriers.tests.border import EASYSHIP_URL, Case, CaseChecks, easyship_client, fixture
from carriers.tests.test_easyship_shipping import BAD_TOKEN, GONE, PAGE_1, REF
from shipping_project.kernel.money import Money

CREDIT = Credit(balance=Money(Decimal("420.0"), "USD"), available=Money(Decimal("412.7"), "USD"))
RECORD = TransactionRecord(
    record_ref="01563646-58c1-4607-8fe0-cae3e33c0001",
    amount=Decimal("9.85"),
    kind="Refund after Cancellation",
    description="",
    payee="Easyship",
    platform_ref=REF,
    settled_at=datetime(2026, 9, 2, 10, tzinfo=UTC),
)
QUESTION = DutyQuestion(
    origin_country="US",
    destination_country="GB",
    shipping=Money(Decimal("21.40"), "USD"),
    insurance=Money(Decimal(0), "USD"),
    items=(DutiableItem(hs_code="95030089", origin_country="US", value=Money(Decimal(49), "USD")),),
)

CASES = [
    Case(
        name="get_account",
        call=lambda c: c.get_account(),
        method="GET",
        path="/2024-09/account",
        answer=fixture("easyship/get_account"),
        result=Account(account_ref="CUS0012345", name="Northwind Kites", credit=CREDIT),
        **BAD_TOKEN,
    ),
    Case(
        name="get_account_without_the_scope_for_credit",
        call=lambda c: c.get_account(),
        method="GET",
        path="/2024-09/account",
        answer={"account": {"name": "Northwind Kites", "easyship_company_id": "CUS0012345"}},
        result=Account(account_ref="CUS0012345", name="Northwind Kites"),
        **BAD_TOKEN,
    ),
    Case(
        name="get_credit",
        call=lambda c: c.get_credit(),
        method="GET",
        path="/2024-09/account/credit",
        answer=fixture("easyship/get_credit"),
        result=CREDIT,
        refused=(403, {"error": {"code": "forbidden", "message": "You do not have permission"}}),
        refusal="You do not have permission",
    ),
    Case(
        name="list_transaction_records",
        call=lambda c: c.list_transaction_records(
            from_date=date(2026, 9, 1), to_date=date(2026, 9, 2)
        ),
        method="GET",
        path="/2024-09/transaction_records",
        query=(("from_date", "2026-09-01"), ("to_date", "2026-09-02"), *PAGE_1),
        answer=fixture("easyship/list_transaction_records"),
        result=Page(rows=(RECORD,)),
        **BAD_TOKEN,
    ),
    Case(
        name="list_shipment_charges",
        call=lambda c: c.list_shipment_charges(REF),
        method="GET",
        path=f"/2024-09/shipments/{REF}/transaction_records",
        query=PAGE_1,
        answer=fixture("easyship/list_transaction_records"),
        result=Page(rows=(RECORD,)),
        **GONE,
    ),
    Case(
        name="estimate_duties",
        call=lambda c: c.estimate_duties(QUESTION),
        method="POST",
        path="/2024-09/taxes_and_duties",
        body=fixture("easyship/taxes_and_duties.request"),
        answer=fixture("easyship/taxes_and_duties"),
        result=TaxAndDuty(tax=Money(Decimal("14.08"), "USD"), duty=Money(Decimal("0.0"), "USD")),
        refused=(422, {"error": {"details": ["No import tax record was found"]}}),
        refusal="No import tax record was found",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=attrgetter("name"))
class TestEveryCall(CaseChecks):
    base_url = EASYSHIP_URL
    client = staticmethod(easyship_client)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"balance": None}, "$.credit.balance"),
        ({"available_balance": "lots"}, "$.credit.available_balance"),
        ({"currency": ""}, "$.credit.balance"),
    ],
)
def test_balance_that_cannot_be_read_is_no_zero(change: dict[str, Any], path: str) -> None:
    body = {"credit": fixture("easyship/get_credit")["credit"] | change}

    with pytest.raises(UpstreamMalformed) as caught:
        parse_money.credit(body, operation="get_credit")

    assert caught.value.detail == f"The answer of easyship lacks {path}."


def test_amounts_as_text_are_read() -> None:
    body = {"credit": {"balance": "420.00", "available_balance": "412.70", "currency": "usd"}}

    assert parse_money.credit(body, operation="get_credit") == CREDIT


def test_charge_without_an_amount_is_no_zero() -> None:
    body = fixture("easyship/list_transaction_records")
    body["transaction_records"][0]["amount"] = None

    with pytest.raises(UpstreamMalformed):
        parse_money.transaction_records(body, operation="list_transaction_records")


def test_charge_that_cannot_be_read_keeps_no_other_from_being_listed() -> None:
    body = fixture("easyship/list_transaction_records")
    broken = body["transaction_records"][0] | {"amount": None}
    body["transaction_records"].insert(0, broken)

    page = parse_money.listed_transaction_records(body, operation="list_transaction_records")

    assert [row.value for row in page.unread] == [broken]
    assert page.unread[0].detail == "The answer of easyship lacks $.transaction_records[0].amount."
    assert len(page.rows) == len(body["transaction_records"]) - 1


def test_duties_in_two_currencies_are_not_asked_for() -> None:
    mixed = DutyQuestion(
        origin_country="US",
        destination_country="GB",
        shipping=Money(Decimal(1), "GBP"),
        insurance=QUESTION.insurance,
        items=QUESTION.items,
    )

    with responses.RequestsMock() as platform, pytest.raises(MixedCurrencies):
        easyship_client().estimate_duties(mixed)

    assert len(platform.calls) == 0
