from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import page_for


@page_for()
@require_GET
def platforms(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")
