"""Pages that cost the same at ten rows and at ten million."""

from __future__ import annotations

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    """`?cursor=` is opaque; `?page_size=` up to 200; newest first."""

    ordering = "-id"
    page_size_query_param = "page_size"
    max_page_size = 200
