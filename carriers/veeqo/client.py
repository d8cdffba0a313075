"""Sends Veeqo calls: one typed method each. What is in them is `build`'s and `parse`'s matter."""

from __future__ import annotations

from typing import Any

from carriers.contracts import (
    Booking,
    Consignment,
    Document,
    Label,
    Parcel,
    PlatformItem,
    PlatformWarehouse,
    RateQuote,
    TrackingUpdate,
)
from carriers.http import CallSpec, PlatformSession, malformed
from carriers.veeqo import build, parse

PAGE_SIZE = 100
MAX_PAGES = 20
PDF = "application/pdf"


class VeeqoClient:
    """Calls against one account. Lists are bare arrays, read page by page."""

    def __init__(self, session: PlatformSession, *, label_timeout_s: float) -> None:
        self._session = session
        self._label_timeout_s = label_timeout_s

    def create_order(
        self, consignment: Consignment, *, channel_id: int, delivery_method_id: int | None
    ) -> Booking:
        body = build.order_body(
            consignment, channel_id=channel_id, delivery_method_id=delivery_method_id
        )
        answer = self._write("create_order", "POST", "/orders", body)
        return parse.order(answer, operation="create_order")

    def find_orders(self, number: str, *, channel_id: int, status: str = "") -> tuple[Booking, ...]:
        """Rows of the fuzzy search; the caller keeps exact numbers only."""
        params = [("query", number), ("channel_ids[]", str(channel_id))]
        if status:
            params.append(("status", status))
        return tuple(
            parse.order(row, operation="find_orders")
            for row in self._pages("find_orders", "/orders", params)
        )

    def get_order(self, order_ref: str) -> Booking:
        return parse.order(self._read("get_order", f"/orders/{order_ref}"), operation="get_order")

    def cancel_order(self, order_ref: str, reason: str) -> None:
        body = build.cancel_body(order_ref, reason)
        self._write("cancel_order", "PUT", f"/orders/{order_ref}/cancel", body)

    def delete_allocations(self, order_ref: str, allocation_ref: str) -> None:
        path = f"/orders/{order_ref}/allocations/{allocation_ref}"
        self._write("delete_allocations", "DELETE", path)

    def create_allocation(self, order_ref: str, consignment: Consignment) -> Booking:
        path = f"/orders/{order_ref}/allocations"
        body = build.allocation_body(consignment)
        answer = self._write("create_allocation", "POST", path, body)
        return parse.order(answer, operation="create_allocation")

    def set_package(self, allocation_ref: str, parcel: Parcel) -> None:
        path = f"/allocations/{allocation_ref}/allocation_package"
        self._write("set_package", "PUT", path, build.package_body(parcel))

    def get_rates(self, allocation_ref: str) -> tuple[RateQuote, ...]:
        params = [("from_allocation_package", "true")]
        answer = self._read("get_rates", f"/shipping/rates/{allocation_ref}", params)
        return parse.rates(answer, operation="get_rates")

    def buy_label(self, allocation_ref: str, quote: RateQuote) -> Label:
        body = build.purchase_body(allocation_ref, quote)
        answer = self._write(
            "buy_label", "POST", "/shipping/shipments", body, timeout_s=self._label_timeout_s
        )
        return parse.purchased(answer, operation="buy_label")

    def get_label(self, shipment_ref: str) -> Document:
        spec = CallSpec(
            operation="veeqo.get_label",
            method="GET",
            path="/shipping/labels.pdf",
            params=(("shipment_ids[]", shipment_ref),),
            is_read=True,
            accept=PDF,
            timeout_s=self._label_timeout_s,
        )
        content = self._session.send(spec).content
        if not content.startswith(b"%PDF-"):
            raise malformed(parse.NAME, "get_label", "a PDF")
        return Document(content=content, media_type=PDF)

    def delete_shipment(self, shipment_ref: str) -> None:
        """Void. Answers 200 with the order or 204 empty; both are a yes."""
        self._write("delete_shipment", "DELETE", f"/shipments/{shipment_ref}")

    def get_tracking(self, shipment_ref: str) -> tuple[TrackingUpdate, ...]:
        answer = self._read("get_tracking", f"/shipping/tracking_events/{shipment_ref}")
        return parse.tracking(answer, operation="get_tracking")

    def list_warehouses(self) -> tuple[PlatformWarehouse, ...]:
        rows = self._pages("list_warehouses", "/warehouses", [])
        return parse.warehouses(rows, operation="list_warehouses")

    def find_items(self, query: str) -> tuple[PlatformItem, ...]:
        rows = self._pages("find_items", "/products", [("query", query)])
        return parse.items(rows, operation="find_items")

    def first_direct_channel(self) -> int | None:
        params = [("type_code", "direct"), ("page_size", str(PAGE_SIZE))]
        answer = self._read("list_channels", "/channels", params)
        return parse.first_id(answer, operation="list_channels")

    def first_delivery_method(self) -> int | None:
        answer = self._read(
            "list_delivery_methods", "/delivery_methods", [("page_size", str(PAGE_SIZE))]
        )
        return parse.first_id(answer, operation="list_delivery_methods")

    def _pages(self, operation: str, path: str, params: list[tuple[str, str]]) -> list[Any]:
        """Rows of all pages; some lists send no page counts, so a short page is the end."""
        rows: list[Any] = []
        for page in range(1, MAX_PAGES + 1):
            paging = [("page", str(page)), ("page_size", str(PAGE_SIZE))]
            answer = self._read(operation, path, [*params, *paging])
            if not isinstance(answer, list):
                raise malformed(parse.NAME, operation, "$[]")
            rows += answer
            if len(answer) < PAGE_SIZE:
                break
        return rows

    def _read(self, operation: str, path: str, params: list[tuple[str, str]] | None = None) -> Any:
        return self._session.read_json(
            CallSpec(
                operation=f"veeqo.{operation}",
                method="GET",
                path=path,
                params=tuple(params or ()),
                is_read=True,
            )
        )

    def _write(
        self,
        operation: str,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        timeout_s: float | None = None,
    ) -> Any:
        return self._session.read_json(
            CallSpec(
                operation=f"veeqo.{operation}",
                method=method,
                path=path,
                body=body,
                is_read=False,
                timeout_s=timeout_s,
            )
        )
