"""Sends Easyship 2024-09 calls: one typed method each."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from carriers.contracts import (
    Booking,
    Consignment,
    Document,
    PlatformWarehouse,
    TrackingUpdate,
)
from carriers.easyship import build, parse
from carriers.http import CallSpec, PlatformSession

VERSION = "/2024-09"
PAGE_SIZE = "100"
MAX_PAGES = 20
Params = list[tuple[str, str]]


class EasyshipClient:
    """Calls against one account, in named envelopes with `meta`."""

    def __init__(self, session: PlatformSession, *, label_timeout_s: float) -> None:
        self._session = session
        self._label_timeout_s = label_timeout_s

    def create_shipment(self, consignment: Consignment) -> Booking:
        """201, or 202 when it stands but could not be rated; never to be sent again on 202."""
        body = build.shipment_body(consignment)
        answer = self._write(
            "create_shipment", "POST", "/shipments", body, once=consignment.reference
        )
        return parse.shipment(answer, operation="create_shipment")

    def find_shipments(self, reference: str) -> tuple[Booking, ...]:
        found: list[Booking] = []
        page: int | None = 1
        while page is not None and page <= MAX_PAGES:
            params = [
                ("platform_order_number", reference),
                ("page", str(page)),
                ("per_page", PAGE_SIZE),
            ]
            answer = self._read("find_shipments", "/shipments", params)
            found += parse.shipments(answer, operation="find_shipments")
            page = parse.next_page(answer, operation="find_shipments")
        return tuple(found)

    def get_shipment(self, shipment_ref: str) -> Booking:
        answer = self._read("get_shipment", f"/shipments/{shipment_ref}")
        return parse.shipment(answer, operation="get_shipment")

    def buy_label(self, shipment_ref: str, courier_service_id: str) -> Booking:
        """201 with the whole shipment, whose `label_state` says what became of it."""
        answer = self._write(
            "buy_label",
            "POST",
            f"/shipments/{shipment_ref}/label",
            build.label_body(courier_service_id),
            once=f"{shipment_ref}/label",
            timeout_s=self._label_timeout_s,
        )
        return parse.shipment(answer, operation="buy_label")

    def get_label(self, shipment_ref: str) -> Document:
        params = [("format", "PDF"), ("label", "4x6"), ("packing_slip", "none")]
        answer = self._read(
            "get_label", f"/shipments/{shipment_ref}", params, timeout_s=self._label_timeout_s
        )
        return parse.label_document(answer, operation="get_label")

    def cancel_shipment(self, shipment_ref: str) -> None:
        self._write("cancel_shipment", "POST", f"/shipments/{shipment_ref}/cancel")

    def delete_shipment(self, shipment_ref: str) -> None:
        self._write("delete_shipment", "DELETE", f"/shipments/{shipment_ref}")

    def get_tracking(self, shipment_ref: str) -> tuple[TrackingUpdate, ...]:
        params = [("easyship_shipment_id", shipment_ref), ("include_checkpoints", "true")]
        answer = self._read("get_tracking", "/shipments/trackings", params)
        return parse.tracking(answer, operation="get_tracking")

    def list_addresses(self) -> tuple[PlatformWarehouse, ...]:
        answer = self._read("list_addresses", "/addresses", [("per_page", PAGE_SIZE)])
        return parse.warehouses(answer, operation="list_addresses")

    def _read(
        self,
        operation: str,
        path: str,
        params: Params | None = None,
        timeout_s: float | None = None,
    ) -> Any:
        return self._session.read_json(
            CallSpec(
                operation=f"easyship.{operation}",
                method="GET",
                path=VERSION + path,
                params=tuple(params or ()),
                is_read=True,
                timeout_s=timeout_s,
            )
        )

    def _write(
        self,
        operation: str,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        once: str = "",
        timeout_s: float | None = None,
    ) -> Any:
        """`once` makes an Idempotency-Key, documented for 2023-01 and harmless where unknown."""
        headers = {"Idempotency-Key": str(uuid5(NAMESPACE_URL, once))} if once else {}
        return self._session.read_json(
            CallSpec(
                operation=f"easyship.{operation}",
                method=method,
                path=VERSION + path,
                body=body,
                headers=headers,
                is_read=False,
                timeout_s=timeout_s,
            )
        )
