"""The platforms as configured: hosts, keys, and the rows that calls leave behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import responses

from carriers.contracts import Platform
from carriers.errors import UpstreamRefused
from carriers.models import ApiCall
from carriers.platforms import easyship_client, port_for, veeqo_client
from carriers.readers import Reader, decimal_of, moment_of, money_of
from carriers.tests.border import fixture
from shipping_project.kernel.money import Money


@pytest.fixture
def hosts(settings: Any) -> Iterator[responses.RequestsMock]:
    settings.VEEQO_BASE_URL, settings.VEEQO_API_KEY = "https://veeqo.example/", "vk-test-1"
    settings.EASYSHIP_BASE_URL = "https://easyship.example"
    settings.EASYSHIP_API_TOKEN = "ek-test-1"
    port_for.cache_clear()
    with responses.RequestsMock() as platform:
        yield platform
    port_for.cache_clear()


@pytest.mark.django_db
class TestConfigured:
    def test_veeqo_gets_its_key_in_its_header(self, hosts: responses.RequestsMock) -> None:
        hosts.add("GET", "https://veeqo.example/warehouses", json=[])

        veeqo_client().list_warehouses()

        headers = hosts.calls[0].request.headers
        assert headers["x-api-key"] == "vk-test-1"
        assert "Authorization" not in headers
        assert headers["User-Agent"].startswith("shipping-automation/")

    def test_easyship_gets_its_token_as_bearer(self, hosts: responses.RequestsMock) -> None:
        body = fixture("easyship/get_credit")
        hosts.add("GET", "https://easyship.example/2024-09/account/credit", json=body)

        easyship_client().get_credit()

        assert hosts.calls[0].request.headers["Authorization"] == "Bearer ek-test-1"

    def test_call_leaves_one_redacted_row(self, hosts: responses.RequestsMock) -> None:
        hosts.add(
            "GET",
            "https://veeqo.example/orders/5501874",
            json=fixture("veeqo/order"),
            headers={"X-Request-Id": "r-1"},
        )

        port_for(Platform.VEEQO).read_booking("5501874")

        (row,) = ApiCall.objects.all()
        assert (row.platform, row.operation) == ("veeqo", "veeqo.get_order")
        assert (row.method, row.path, row.http_status) == ("GET", "/orders/5501874", 200)
        assert (row.platform_request_id, row.error_code) == ("r-1", "")
        assert "912 Alder" not in row.response_body
        assert "vk-test-1" not in row.response_body

    def test_refusal_leaves_a_row_with_its_code(self, hosts: responses.RequestsMock) -> None:
        hosts.add("GET", "https://veeqo.example/orders/1", json={"error": "No"}, status=400)

        with pytest.raises(UpstreamRefused):
            port_for(Platform.VEEQO).read_booking("1")

        assert list(ApiCall.objects.values_list("http_status", "error_code")) == [
            (400, "upstream.refused")
        ]

    def test_one_session_serves_a_credential(self, hosts: responses.RequestsMock) -> None:
        assert veeqo_client()._session is veeqo_client()._session
        assert veeqo_client()._session is not easyship_client()._session


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("7.42", Decimal("7.42")),
        (" 7.42 ", Decimal("7.42")),
        (7.42, Decimal("7.42")),
        (7, Decimal(7)),
        ("", None),
        (None, None),
        (True, None),
        ("NaN", None),
        ("Infinity", None),
        (float("inf"), None),
        ("seven", None),
        ([7], None),
        ({}, None),
    ],
)
def test_number_or_text_that_is_one(value: object, number: Decimal | None) -> None:
    assert decimal_of(value) == number


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-09-14T08:31:07.412Z", datetime(2026, 9, 14, 8, 31, 7, 412000, tzinfo=UTC)),
        ("2026-09-14T09:31:07+01:00", datetime(2026, 9, 14, 8, 31, 7, tzinfo=UTC)),
        ("2026-09-14T08:31:07-00:00", datetime(2026, 9, 14, 8, 31, 7, tzinfo=UTC)),
        ("2026-09-14", datetime(2026, 9, 14, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("tomorrow", None),
        ("", None),
    ],
)
def test_instant_in_any_offset(text: str, moment: datetime | None) -> None:
    assert moment_of(text) == moment


@pytest.mark.parametrize(
    ("amount", "currency", "money"),
    [
        ("7.42", "usd", Money(Decimal("7.42"), "USD")),
        (7, "GBP", Money(Decimal(7), "GBP")),
        (7, "", None),
        (7, "US", None),
        (7, "U$D", None),
        (7, "ÜSD", None),
        (None, "USD", None),
    ],
)
def test_amount_needs_a_currency(amount: object, currency: str, money: Money | None) -> None:
    assert money_of(amount, currency) == money


@pytest.mark.parametrize(
    ("value", "unit", "grams"),
    [(1, "kg", 1000), ("26.0", "oz", 737), (1, "lb", 454), (340.5, "g", 341), (1, "stone", None)],
)
def test_weight_in_whole_grams(value: object, unit: str, grams: int | None) -> None:
    row = Reader({"weight": value}, platform="veeqo", operation="x")

    assert row.grams("weight", unit) == grams
