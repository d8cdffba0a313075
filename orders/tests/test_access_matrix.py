"""Who may do what, for every route there is. A route without a rule here fails.

A route follows the rule of its family, the longest beginning in RULES; EXTRA names what a single
one needs besides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.test import TestCase, override_settings
from rest_framework.test import APIClient

from accounts.admin_base import organization_path_of
from accounts.models import Organization, Role, User
from accounts.scopes import SCOPES
from accounts.tests.cases import ApiCase, client_for, client_with
from orders.tests.builders import make_key, make_organization, make_user
from orders.tests.routes import Route, api_routes
from orders.tests.test_admin_pages import fill_every_table

ALL = frozenset(Role.values)
WRITERS = ALL - {Role.AUDITOR}
MANAGERS = frozenset({Role.ADMINISTRATOR, Role.MANAGER})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
STEERERS = MANAGERS | {Role.PARTNER}
NOBODY_THERE = "999999999"
DENIED = (401, 403)
GENEROUS = dict.fromkeys(
    ("API_RATE", "ORDER_CREATE_RATE", "LOGIN_RATE", "PARSE_RATE", "BULK_RATE"), "1000000/m"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Roles of people, and the scope that a key needs; None where keys may not at all.

    `staff` is what only people without an organization may do: "", "write" or "all".
    """

    read: frozenset[str] = ALL
    write: frozenset[str] = WRITERS
    read_scope: str | None = None
    write_scope: str | None = None
    staff: str = ""


ORDERS = Rule(read_scope="orders:read", write_scope="orders:write")
CATALOG = Rule(read_scope="catalog:read", write_scope="catalog:write")
STOCK = Rule(read_scope="stock:read", write_scope="stock:write")
WEBHOOKS = Rule(
    read=STEERERS, write=STEERERS, read_scope="webhooks:read", write_scope="webhooks:write"
)
PEOPLE = Rule(read=MANAGERS)
STAFF_ROOM = Rule(read=ALL - {Role.PARTNER}, write=MANAGERS, staff="all")
RULES = {
    "organizations": PEOPLE,
    "users": PEOPLE,
    "api-keys": Rule(read=MANAGERS, write=ADMINISTRATORS),
    "webhook": WEBHOOKS,
    "jobs": Rule(read_scope="jobs:read", write_scope="jobs:write"),
    "carriers": Rule(read_scope="orders:read"),
    "carrier-services": Rule(read_scope="orders:read"),
    "platforms": Rule(read_scope="orders:read", write=MANAGERS, staff="write"),
    "outbox": Rule(read=ALL - {Role.PARTNER}, write=WRITERS - {Role.PARTNER}, staff="all"),
    "api-calls": STAFF_ROOM,
    "products": CATALOG,
    "sellables": CATALOG,
    "listings": CATALOG,
    "catalog/": STAFF_ROOM,
    "catalog/conflicts": CATALOG,
    "catalog/masters": CATALOG,
    "warehouses": Rule(read_scope="stock:read", write=MANAGERS, staff="write"),
    "stock/": STOCK,
    "stock/kits": Rule(read_scope="stock:read", write_scope="catalog:write"),
    "stock/runs": STAFF_ROOM,
    "stock/schedules": STAFF_ROOM,
    "orders": ORDERS,
    "shipments": ORDERS,
    "packages": ORDERS,
    "tracking": ORDERS,
    "reports/overview": ORDERS,
    "reports/platforms": STAFF_ROOM,
    "reports/stock": STOCK,
    "reports/catalog": CATALOG,
    "labels": ORDERS,
    "ledger/": ORDERS,
    # A quote changes nothing.
    "intake/": STAFF_ROOM,
    "intake/check": Rule(write_scope="orders:read"),
    "rates": Rule(write_scope="orders:read"),
    # They replay the orders of all organizations.
    "routing/simulations": STAFF_ROOM,
    "routing/assignments": STAFF_ROOM,
    # Labels and their costs of all organizations.
    "routing/rule-sets/{pk}/watch": STAFF_ROOM,
    "routing/": Rule(read_scope="rules:read", write=MANAGERS, staff="write"),
}
OPEN_TO_ALL = {"POST auth/token", "POST auth/token/refresh", "POST auth/logout"}
OPEN_TO_EVERY_LOGIN = {"GET auth/me"}
BUYS = {
    f"POST orders/{{pk}}/{name}"
    for name in (
        "address",
        "buy-anyway",
        "dispatch",
        "override",
        "release",
        "replace-label",
        "retry",
        "split",
        "write-off-label",
    )
}


BUYS |= {"POST orders/reroute"}


def rule_of(route: Route) -> Rule | None:
    families = [family for family in RULES if route.path.startswith(family)]
    return RULES[max(families, key=len)] if families else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    name: str
    client: APIClient
    role: str = ""
    is_staff: bool = False
    scopes: frozenset[str] | None = None

    def may(self, route: Route) -> bool:
        if str(route) in OPEN_TO_ALL:
            return True
        if str(route) in OPEN_TO_EVERY_LOGIN:
            return bool(self.role)
        rule = rule_of(route)
        assert rule is not None
        is_for_staff = rule.staff == "all" or (rule.staff == "write" and not route.reads)
        if not self.role or (is_for_staff and not self.is_staff):
            return False
        if self.scopes is None:
            return self.role in (rule.read if route.reads else rule.write)
        needed = rule.read_scope if route.reads else rule.write_scope
        more = {"labels:buy"} if str(route) in BUYS else set()
        return needed is not None and {needed, *more} <= self.scopes


def people(organization: Organization) -> Iterator[Caller]:
    for role in Role.values:
        person = make_user(role, organization=organization)
        yield Caller(name=f"{role} of a merchant", client=client_for(person), role=role)
        name = f"{role} of a merchant by session"
        yield Caller(name=name, client=session_of(person), role=role)
        if role != Role.PARTNER:
            staff = make_user(role)
            yield Caller(name=role, client=client_for(staff), role=role, is_staff=True)
            session = session_of(staff)
            yield Caller(name=f"{role} by session", client=session, role=role, is_staff=True)


def session_of(person: User) -> APIClient:
    """As a page of the application calls: logged in by a cookie."""
    client = APIClient(raise_request_exception=False)
    client.force_login(person)
    return client


def keys(organization: Organization) -> Iterator[Caller]:
    chosen = [(scope,) for scope in SCOPES] + [("orders:write", "labels:buy"), tuple(SCOPES)]
    for scopes in chosen:
        client = client_with(make_key(organization, *scopes))
        name = f"key for {' and '.join(scopes)}"
        yield Caller(name=name, client=client, role=Role.PARTNER, scopes=frozenset(scopes))


def call(client: APIClient, route: Route, **values: object) -> Any:
    known = {
        "pk": NOBODY_THERE,
        "code": "UPS",
        "platform": "veeqo",
        "sku": "NONE",
        "number": "0",
        **values,
    }
    send: Callable[..., Any] = getattr(client, route.method.lower())
    address = route.address(**known)
    return send(address) if route.reads else send(address, {}, format="json")


@override_settings(**GENEROUS)
class MatrixTests(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        alder = make_organization("alder")
        nobody = Caller(name="nobody", client=APIClient(raise_request_exception=False))
        self.callers = [nobody, *people(alder), *keys(alder)]

    def test_every_route_has_a_rule(self) -> None:
        open_routes = OPEN_TO_ALL | OPEN_TO_EVERY_LOGIN
        without = [str(r) for r in api_routes() if not rule_of(r) and str(r) not in open_routes]

        self.assertEqual(without, [])

    def test_every_named_exception_is_a_route(self) -> None:
        named = OPEN_TO_ALL | OPEN_TO_EVERY_LOGIN | BUYS

        self.assertEqual(named - {str(route) for route in api_routes()}, set())

    def test_everybody_may_what_the_rules_say_and_nothing_else(self) -> None:
        """Nobody is asked to log in, the others are forbidden, and no answer is a failure."""
        for route in api_routes():
            if str(route) in OPEN_TO_ALL:
                continue
            for caller in self.callers:
                with self.subTest(route=str(route), caller=caller.name):
                    response = call(caller.client, route)

                    if caller.may(route):
                        self.assertLess(response.status_code, 500)
                        self.assertNotIn(response.status_code, DENIED)
                    else:
                        refusal = (403, "forbidden") if caller.role else (401, "not_authenticated")
                        self.assert_problem(response, *refusal)


# What all organizations share, by the beginning of its routes.
SHARED = (
    *("carriers/", "carrier-services/", "platforms/", "warehouses/", "routing/", "catalog/"),
    "stock/runs/",
    "stock/schedules/",
    "intake/",
)


@override_settings(**GENEROUS)
class ForeignRowTests(TestCase):
    """A row of another organization is answered as one that does not exist, by every route."""

    @classmethod
    def setUpTestData(cls) -> None:
        fill_every_table()

    def rows(self) -> Iterator[tuple[Route, Any, Organization]]:
        """Each route to a row, with a row and whose it is."""
        for route in api_routes():
            model = getattr(getattr(route.view, "queryset", None), "model", None)
            if "{pk}" not in route.path or model is None or not organization_path_of(model):
                continue
            for organization in Organization.objects.order_by("pk"):
                owned = route.view.queryset.filter(**{organization_path_of(model): organization.pk})
                if row := owned.order_by("pk").first():
                    yield route, row, organization
                    break

    def test_every_route_to_a_row_is_tried_here(self) -> None:
        tried = {str(route) for route, _, _ in self.rows()}
        routes = [r for r in api_routes() if "{pk}" in r.path]

        missing = [str(r) for r in routes if str(r) not in tried and not r.path.startswith(SHARED)]

        self.assertEqual(missing, [])

    def test_own_row_is_there_and_a_foreign_one_is_as_if_it_were_not(self) -> None:
        insiders: dict[int, APIClient] = {}
        outsider = make_organization("outsiders")
        partner = make_user(Role.PARTNER, organization=outsider)
        strangers = [
            client_for(make_user(Role.ADMINISTRATOR, organization=outsider)),
            client_for(partner),
            session_of(partner),
            client_with(make_key(outsider)),
        ]
        for route, row, organization in self.rows():
            with self.subTest(str(route)):
                if organization.pk not in insiders:
                    person = make_user(Role.ADMINISTRATOR, organization=organization)
                    insiders[organization.pk] = client_for(person)
                for stranger in strangers:
                    foreign, none = (call(stranger, route, pk=pk) for pk in (row.pk, NOBODY_THERE))
                    self.assertGreaterEqual(foreign.status_code, 400)
                    self.assertEqual(_told(foreign), _told(none))
                if route.reads and route.is_detail and rule_of(route) is not None:
                    own = call(insiders[organization.pk], route, pk=row.pk)
                    staff_only = rule_of(route) == STAFF_ROOM or "outbox" in route.path
                    self.assertEqual(own.status_code, 403 if staff_only else 200)


def _told(response: Any) -> tuple[int, Any]:
    """All but the id of the request."""
    document = response.json()
    return response.status_code, {k: v for k, v in document.items() if k != "request_id"}
