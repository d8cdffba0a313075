"""The platforms as configured: hosts, keys, and the rows that calls leave behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import responses

from carriers.contracts import Platform
from carriers.errors import UpstreamRefused
from carriers.models import ApiCall
from carriers.platforms import easyship_client, port_for, veeqo_client
from carriers.tests.border import fixture


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

    @pytest.mark.parametrize("text", ["\\u0000", "\\ud83e"], ids=["NUL", "half a character"])
    def test_characters_that_no_database_keeps_leave_a_row_all_the_same(
        self, hosts: responses.RequestsMock, text: str
    ) -> None:
        body = f'{{"id": 1, "number": "SHOP-1{text}", "allocations": []}}'
        address = "https://veeqo.example/orders/1"
        hosts.add("GET", address, body=body, headers={"X-Request-Id": "r\x00"})
        hosts.add("GET", address, body=f'{{"error": "No{text}"}}', status=400)

        booking = port_for(Platform.VEEQO).read_booking("1")
        with pytest.raises(UpstreamRefused) as caught:
            port_for(Platform.VEEQO).read_booking("1")

        assert booking.reference in ("SHOP-1", "SHOP-1?")
        assert caught.value.detail in ("No", "No?")
        rows = ApiCall.objects.order_by("pk").values_list("http_status", "platform_request_id")
        assert list(rows) == [(200, "r"), (400, "")]

    def test_one_session_serves_a_credential(self, hosts: responses.RequestsMock) -> None:
        assert veeqo_client()._session is veeqo_client()._session
        assert veeqo_client()._session is not easyship_client()._session
