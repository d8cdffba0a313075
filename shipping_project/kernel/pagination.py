"""Pages that cost the same at ten rows and at ten million."""

from __future__ import annotations

from base64 import b64decode
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
        """DRF skips over junk in the wrapping and takes any position; both would mislead."""
        try:
            b64decode(request.query_params.get(self.cursor_query_param, ""), validate=True)
            cursor = super().decode_cursor(request)
        except (ValueError, NotFound):
            raise _broken_cursor() from None
        if cursor is not None and not _is_id(cursor.position):
            raise _broken_cursor()
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


def _broken_cursor() -> InvalidInput:
    message = "Take the address from `next` or `previous` of a page as it is."
    fault = FieldError(field="cursor", code="cursor.invalid", message=message)
    return InvalidInput(errors=[fault])
