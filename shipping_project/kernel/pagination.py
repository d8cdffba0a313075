"""Pages that cost the same at ten rows and at ten million."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination

from shipping_project.kernel.errors import FieldError, InvalidInput

if TYPE_CHECKING:
    from rest_framework.request import Request

LONGEST_ID = 18


class CursorPages(CursorPagination):
    """`?cursor=` is opaque; `?page_size=` up to 200; newest first."""

    ordering = "-id"
    page_size_query_param = "page_size"
    max_page_size = 200

    def decode_cursor(self, request: Request) -> Cursor | None:
        """DRF checks the wrapping only; a position that is no id would break the query."""
        try:
            cursor = super().decode_cursor(request)
        except NotFound:
            cursor = None
            broken = True
        else:
            broken = cursor is not None and not _is_id(cursor.position)
        if broken:
            message = "Take the address from `next` or `previous` of a page as it is."
            raise InvalidInput(
                errors=[FieldError(field="cursor", code="cursor.invalid", message=message)]
            )
        return cursor

    def get_page_size(self, request: Request) -> int | None:
        text = request.query_params.get(self.page_size_query_param, str(self.page_size))
        size = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
        if not 1 <= size <= self.max_page_size:
            message = f"Give a whole number from 1 to {self.max_page_size}."
            raise InvalidInput(
                errors=[FieldError(field="page_size", code="page_size.invalid", message=message)]
            )
        return size


def _is_id(position: object) -> bool:
    text = "0" if position is None else str(position)
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ID
