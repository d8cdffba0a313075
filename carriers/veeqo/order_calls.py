"""Veeqo calls that read its orders page by page and change what may be changed on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from carriers.client_base import nothing
from carriers.contracts import ListedOrder, OrderChange, OrderNote, Page, Tag
from carriers.veeqo import build, parse_catalog, parse_orders
from carriers.veeqo.calls import VeeqoCalls


class OrderCalls(VeeqoCalls):
    def list_orders(
        self, *, updated_since: datetime, page: int = 1, status: str = ""
    ) -> Page[ListedOrder]:
        """Orders changed since, newest first; cancelled ones only with `status="cancelled"`.

        Rows move to later pages while new orders arrive, so the same order may come twice.
        """
        params = [("updated_at_min", build.filter_moment(updated_since))]
        if status:
            params.append(("status", status))
        return self._page("list_orders", "/orders", parse_orders.orders, page, params)

    def update_order(self, order_ref: str, change: OrderChange) -> ListedOrder:
        """Not safe to repeat where it appends a note."""
        body = build.order_change_body(change)
        return self._write("update_order", "PUT", f"/orders/{order_ref}", parse_orders.order, body)

    def add_note(self, order_ref: str, text: str) -> OrderNote:
        """Appends; a repeat adds it again."""
        path = f"/orders/{order_ref}/notes"
        return self._write("add_note", "POST", path, parse_orders.note, build.note_body(text))

    def list_tags(self) -> tuple[Tag, ...]:
        return self._read("list_tags", "/tags", parse_catalog.tags)

    def add_tags(self, order_refs: Sequence[str], tag_refs: Sequence[str]) -> None:
        """Documented as 200 and seen as 204; may be repeated."""
        body = build.tagging_body(order_refs, tag_refs)
        self._write("add_tags", "POST", "/bulk_tagging", nothing, body)

    def remove_tags(self, order_refs: Sequence[str], tag_refs: Sequence[str]) -> None:
        body = build.tagging_body(order_refs, tag_refs)
        self._write("remove_tags", "DELETE", "/bulk_tagging", nothing, body)
