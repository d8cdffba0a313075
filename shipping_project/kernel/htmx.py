"""Telling a request for a part of a page from one for the whole."""

from __future__ import annotations

from django.http import HttpRequest


def is_fragment(request: HttpRequest) -> bool:
    """True when htmx will put the answer into a page that is already there.

    Going back in the history may ask anew for a page that htmx no longer holds; that wants all
    of it.
    """
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )
