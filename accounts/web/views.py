"""Logging in to the pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.throttling import caller_of, usage_of


class Login(LoginView):
    """Name and password; too many attempts from one address have to wait."""

    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        usage = usage_of(
            request, group="login-page", rate=settings.LOGIN_RATE, caller=caller_of(request)
        )
        if usage["should_limit"]:
            return self._too_many(request, int(usage["time_left"]))
        return super().post(request, *args, **kwargs)

    def _too_many(self, request: HttpRequest, seconds: int) -> HttpResponse:
        context = self.get_context_data(form=self.get_form_class()(request), wait_s=max(1, seconds))
        response = render(request, self.template_name, context, status=429)
        response["Retry-After"] = str(max(1, seconds))
        return response
