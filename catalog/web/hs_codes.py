"""Help with HS codes on the catalog page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.permissions import page_for
from catalog.hs_codes import find_codes
from shipping_project.kernel.htmx import is_fragment


@page_for()
@require_GET
@vary_on_headers("HX-Request")
def hs_codes(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "")
    found = find_codes(request.user, text, asks_easyship=request.GET.get("easyship") == "1")
    name = "catalog/_hs_codes.html" if is_fragment(request) else "catalog/hs_codes.html"
    return render(request, name, {"text": text, "found": found})
