"""Logging in to the pages."""

from __future__ import annotations

from math import ceil
from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.addresses import current_address
from accounts.services.logins import locked_for_s
from accounts.throttling import caller_of, usage_of


class Login(LoginView):
    """Name and password; too many attempts have to wait, too many wrong ones longer."""

    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        usage = usage_of(
            request, group="login-page", rate=settings.LOGIN_RATE, caller=caller_of(request)
        )
        if usage["should_limit"]:
            return self._too_many(request, int(usage["time_left"]))
        response = super().post(request, *args, **kwargs)
        locked_s = self._locked_s(request)
        return self._too_many(request, locked_s, is_locked=True) if locked_s else response

    def _locked_s(self, request: HttpRequest) -> int:
        """Also after the attempt that was one too many; whoever is logged in got through."""
        if request.user.is_authenticated:
            return 0
        name = request.POST.get("username", "")
        return locked_for_s(name=name, address=current_address() or "")

    def _too_many(
        self, request: HttpRequest, seconds: int, *, is_locked: bool = False
    ) -> HttpResponse:
        form = self.get_form_class()(request)
        wait_s = max(1, seconds)
        context = self.get_context_data(
            form=form, wait_s=wait_s, locked_minutes=ceil(wait_s / 60) if is_locked else 0
        )
        response = render(request, self.template_name, context, status=429)
        response["Retry-After"] = str(max(1, seconds))
        return response
