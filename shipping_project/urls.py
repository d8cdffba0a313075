"""Every address of the application."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views import defaults
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerView

from carriers.api import webhooks
from shipping_project.kernel import problems
from shipping_project.kernel.health import healthz
from shipping_project.kernel.request_id import current_request_id

# Orders first: they are asked for most, and addresses are tried in turn.
api = [
    path("", include("orders.api.urls")),
    path("", include("accounts.api.urls")),
    path("", include("shipping_project.hooks.api.urls")),
    path("", include("shipping_project.jobs.api.urls")),
    path("", include("carriers.api.urls")),
    path("", include("catalog.api.urls")),
    path("", include("inventory.api.urls")),
]
urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("api/v1/", include(api)),
    path("webhooks/easyship", webhooks.easyship, name="webhook-easyship"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="api-docs"),
    path("api/redoc/", SpectacularRedocView.as_view(url_name="schema"), name="api-redoc"),
    path("", include("accounts.web.urls")),
    path("", include("shipping_project.jobs.web.urls")),
    path("", include("shipping_project.hooks.web.urls")),
    path("", include("carriers.web.urls")),
    path("", include("catalog.web.urls")),
    path("", include("inventory.web.urls")),
    path("", include("orders.web.urls")),
]


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problems.not_found(request)
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problems.server_error(request)
    return render(request, "500.html", {"request_id": current_request_id()}, status=500)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problems.bad_request(request, exception)
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problems.forbidden(request)
    return defaults.permission_denied(request, exception)


handler400 = bad_request
handler403 = permission_denied
handler404 = page_not_found
handler500 = server_error
