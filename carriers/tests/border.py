"""What the tests of both clients share: recorded bodies, a consignment, sessions that record."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses
from requests import PreparedRequest

from carriers.contracts import Consignment, ConsignmentItem, Parcel
from carriers.easyship.client import EasyshipClient
from carriers.easyship.port import EasyshipPort
from carriers.easyship.refusals import RULES as EASYSHIP_RULES
from carriers.errors import UpstreamError, UpstreamNotFound, UpstreamRefused
from carriers.exchange import CallSpec, HttpAnswer, RecordedCall, RefusalRules
from carriers.http import PlatformSession
from carriers.veeqo.client import VeeqoClient
from carriers.veeqo.port import VeeqoPort
from carriers.veeqo.refusals import RULES as VEEQO_RULES
from shipping_project.kernel.money import Money
from shipping_project.kernel.postal import PostalAddress

FIXTURES = Path(__file__).parent / "fixtures"
VEEQO_URL = "https://veeqo.example"
EASYSHIP_URL = "https://easyship.example"
KEY = "key-that-nobody-may-see"


def shipment_with(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = fixture("easyship/get_shipment")
    body["shipment"] |= changes
    return body


class Ledger:
    """Keeps the recorded calls, as the database does."""

    def __init__(self) -> None:
        self.calls: list[RecordedCall] = []

    def __call__(self, call: RecordedCall) -> None:
        self.calls.append(call)


def fixture(name: str) -> Any:
    """A body written from the platform's reference, such as "veeqo/order"."""
    return json.loads((FIXTURES / f"{name}.json").read_text())


def make_session(
    base_url: str,
    ledger: Ledger | None = None,
    *,
    platform: str = "veeqo",
    rules: RefusalRules = VEEQO_RULES,
    key: str = KEY,
    bearer: str = "",
    connect_timeout_s: float = 2,
    read_timeout_s: float = 2,
    max_answer_bytes: int = 1_000_000,
) -> PlatformSession:
    return PlatformSession(
        platform=platform,
        base_url=base_url,
        headers={
            "x-api-key": key,
            "User-Agent": "shipping-automation/test",
            **({"Authorization": f"Bearer {bearer}"} if bearer else {}),
        },
        secret=key,
        connect_timeout_s=connect_timeout_s,
        read_timeout_s=read_timeout_s,
        recorder=ledger or Ledger(),
        rules=rules,
        max_answer_bytes=max_answer_bytes,
    )


def veeqo_client() -> VeeqoClient:
    return VeeqoClient(make_session(VEEQO_URL), label_timeout_s=5)


def veeqo_port(*, channel_id: int = 40233) -> VeeqoPort:
    return VeeqoPort(veeqo_client(), channel_id=channel_id)


def easyship_client() -> EasyshipClient:
    session = make_session(EASYSHIP_URL, platform="easyship", rules=EASYSHIP_RULES)
    return EasyshipClient(session, label_timeout_s=5)


def easyship_port() -> EasyshipPort:
    return EasyshipPort(easyship_client())


def read_spec(**more: Any) -> CallSpec:
    return CallSpec(
        operation="veeqo.get_order", method="GET", path="/orders/1", is_read=True, **more
    )


def write_spec(**more: Any) -> CallSpec:
    body = {"order": {"number": "SHOP-1"}}
    return CallSpec(
        operation="veeqo.create_order",
        method="POST",
        path="/orders",
        is_read=False,
        **{"body": body, **more},
    )


def body_of(answer: HttpAnswer) -> Any:
    return answer.body


WAREHOUSE = PostalAddress(
    name="Ana Brandt",
    company="Northwind Kites",
    phone="+15035550142",
    email="dispatch@example.com",
    address_1="1820 Foundry Row",
    address_2="Dock 4",
    city="Portland",
    state="OR",
    postal_code="97209",
    country="US",
)
BUYER = PostalAddress(
    name="Ines Maria Calder",
    phone="+12085550117",
    email="ines@example.com",
    address_1="912 Alder St",
    address_2="Unit 4",
    city="Boise",
    state="ID",
    postal_code="83702",
    country="US",
)
ITEM = ConsignmentItem(
    line_ref="L-1",
    sku="LMP-GRN",
    description="Desk lamp",
    quantity=2,
    unit_value=Money(Decimal("18.50"), "USD"),
    unit_weight_g=340,
    length_mm=254,
    width_mm=152,
    height_mm=102,
    origin_country="US",
    item_ref="612044",
)
CONSIGNMENT = Consignment(
    reference="SHOP-10482",
    ship_from=WAREHOUSE,
    ship_to=BUYER,
    parcel=Parcel(weight_g=737, length_mm=305, width_mm=229, height_mm=152),
    items=(ITEM,),
    currency="USD",
    warehouse_ref="31007",
    placed_at=datetime(2026, 9, 14, 8, 30, tzinfo=UTC),
)


def consignment(**changes: Any) -> Consignment:
    return replace(CONSIGNMENT, **changes)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One typed method: what it must send, and what it must make of answer and refusal."""

    name: str
    call: Callable[[Any], object]
    method: str
    path: str
    result: object
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    status: int = 200
    answer: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[int, Any]
    refusal: str
    kind: type[UpstreamError] = UpstreamRefused


class CaseChecks:
    """The four tests of every call; a test module names the client and the cases."""

    base_url: str
    client: Callable[[], Any]

    def test_request_is_built(self, case: Case) -> None:
        request, _ = self.played(case)

        assert (json.loads(request.body) if request.body else None) == case.body

    def test_address_is_called(self, case: Case) -> None:
        request, _ = self.played(case)

        url = urlsplit(str(request.url))
        assert (request.method, url.path) == (case.method, case.path)
        assert tuple(parse_qsl(url.query, keep_blank_values=True)) == case.query
        assert request.headers["x-api-key"] == KEY

    def test_answer_is_read(self, case: Case) -> None:
        _, result = self.played(case)

        assert result == case.result

    def test_refusal_is_told(self, case: Case) -> None:
        status, body = case.refused
        with responses.RequestsMock() as platform, pytest.raises(UpstreamError) as caught:
            platform.add(case.method, self.base_url + case.path, json=body, status=status)
            case.call(type(self).client())

        assert type(caught.value) is case.kind
        assert caught.value.detail == case.refusal
        assert caught.value.http_status == status
        assert caught.value.sent is False

    def played(self, case: Case) -> tuple[PreparedRequest, object]:
        answer: dict[str, Any] = {"body": b""} if case.answer is None else {"json": case.answer}
        if isinstance(case.answer, bytes):
            answer = {"body": case.answer, "content_type": "application/pdf"}
        with responses.RequestsMock() as platform:
            platform.add(
                case.method,
                self.base_url + case.path,
                status=case.status,
                headers=dict(case.headers),
                **answer,
            )
            result = case.call(type(self).client())
            return platform.calls[0].request, result


NOT_FOUND: dict[str, Any] = {
    "refused": (404, {"error_messages": "Not found"}),
    "refusal": "Not found",
    "kind": UpstreamNotFound,
}
