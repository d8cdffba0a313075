"""What people do on pages, programs do over the API: each family of pages names its routes."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import get_resolver

from orders.tests.routes import API, api_routes, patterns_below

# The beginning of a page, and of routes that do the same; the longest beginning counts.
SAME: dict[str, tuple[str, ...]] = {
    "": ("reports/overview", "reports/stock", "reports/platforms", "orders", "stock/levels"),
    "orders/": ("orders", "packages", "tracking"),
    "orders/bulk/": ("labels", "orders/bulk", "orders/reroute"),
    "orders/new/": ("orders", "orders/parse", "stock/levels"),
    "catalog/": ("reports/catalog", "products", "sellables", "listings", "catalog/"),
    "stock/": ("stock/", "reports/stock"),
    "stock/warehouses/": ("warehouses",),
    "jobs/": ("jobs",),
    "keys/": ("api-keys",),
    "webhooks/": ("webhooks", "webhook-deliveries", "webhook-events"),
    "platforms/": ("reports/platforms", "platforms", "outbox/", "api-calls"),
    "routing/": ("routing/",),
    "login/": ("auth/token",),
    "logout/": ("auth/logout",),
}
# They are no pages: Django's own site, the API's description, the probe, what platforms post.
NO_PAGES = ("admin/", "api/", "healthz", "webhooks/easyship")


def pages() -> Iterator[str]:
    for path, _ in patterns_below(get_resolver().url_patterns, ""):
        if not path.startswith(NO_PAGES):
            yield path


def test_every_page_belongs_to_a_family_that_the_api_has() -> None:
    # The overview stands for nothing but itself.
    families = [name for name in SAME if name]

    strangers = [page for page in pages() if page and not page.startswith(tuple(families))]

    assert strangers == []


def test_every_family_named_here_has_pages_and_routes() -> None:
    routes, found = [route.path for route in api_routes()], list(pages())
    for family, begins in SAME.items():
        assert any(page.startswith(family) for page in found), family
        for begin in begins:
            assert any(route.startswith(begin) for route in routes), (family, begin)


def test_the_api_is_where_the_routes_are_looked_for() -> None:
    assert API == "api/v1/"
    assert len(api_routes()) > 100
