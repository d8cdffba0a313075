"""Whatever is sent to any route of the API, the answer is an answer and never a failure."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from typing import Any, ClassVar

from django.test import SimpleTestCase, TestCase, override_settings
from rest_framework.test import APIClient

from accounts.models import Organization, Role, User
from accounts.tests.builders import make_user
from accounts.tests.cases import MEMBERS, client_for
from orders.models import Order, RuleSet
from orders.tests.routes import Route, api_routes
from orders.tests.test_access_matrix import GENEROUS
from orders.tests.test_admin_pages import fill_every_table

JSON = "application/json"
# Of every shape that a field may be given in place of what it wants.
VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**30,
    1e308,
    "",
    "x" * 10_000,
    "'; DROP TABLE orders_order; --",
    "{{ 7 * 7 }}${7*7}<script>",
    "\u202e\U0001f4a5\ufffe",
    "2026-02-30T25:61:00Z",
    [],
    [[[[]]]],
    [None],
    {},
    {"a": {"b": {"c": None}}},
    False,
    0,
    -(2**63) - 1,
    2**31,
    0.1,
    -1e-308,
    "\x00",
    "\n\r\t\x1b[31m",
    "../../../../etc/passwd",
    "%s%n%d{0.__class__}",
    "1 OR 1=1) UNION SELECT NULL--",
    "{% include 'admin/base.html' %}",
    "\u0130\u00df\u1e9e" * 20,
    "9999-12-31T23:59:59+14:00",
    "http://127.0.0.1:1/",
    "NaN",
    "1e400",
    [-1, "", {}, True],
    [{"sku": None, "quantity": "9" * 400}],
    {"": "", "__proto__": {}, "$where": "1"},
)
FIELDS = """
    organization external_ref ship_to lines currency carrier note ship_by placed_at hold_reason
    reason text sku warehouse quantity reference name scopes networks rate expires_at url events
    overlap_hours username password refresh platform is_active title price weight_g sellable
    product rules replace_label parcel from_warehouse destination fields choice values minutes
    parcels items origin weight length_mm code priority conditions actions
""".split()  # noqa: SIM905 # words read best as a text
RAW: tuple[tuple[bytes, str], ...] = (
    (b"", JSON),
    (b"null", JSON),
    (b"[]", JSON),
    (b'"text"', JSON),
    (b"{", JSON),
    (b'{"a": "\\u0000"}', JSON),
    (b'{"\\ud800": 1}', JSON),
    (b"\xff\xfe{}", JSON),
    (b'{"a":' * 5_000, JSON),
    (b'{"a": 1' + b"0" * 5_000 + b"}", JSON),
    (b"a=1", "application/x-www-form-urlencoded"),
    (b"--x", "multipart/form-data; boundary=x"),
    (b"<a/>", "text/xml"),
    (b"{}", "application/json; charset=utf-99"),
    (b"{}", "no/such/type"),
    (b"\x00\n\x00", "application/x-ndjson"),
    (b'external_ref,sku,quantity\n"\x00,1', "text/csv"),
)
QUERIES = (
    "cursor=%00",
    "cursor=bz0tMQ%3D%3D",
    "page_size=1e9",
    "search=%27%22%3B%00",
    "state=%F0%9F%92%A5",
    "since=9999-99-99",
    "updated_since=-1",
    "format=exe",
    "sku=" + "x" * 2_000,
    "order=" + "9" * 40,
    "endpoint=1e400",
    "by=%00",
)
WHOLE_SET = os.environ.get("HOSTILE") == "all"
# Without it each route meets one body in so many, and every body some of the routes.
ONE_IN = 1 if WHOLE_SET else 3
IDS = ("0", "-1", "9" * 40, "%00", "..%2f..", "%F0%9F%92%A5", "1%27--", "NaN")


def hostile_bodies() -> Iterator[tuple[bytes, str]]:
    yield from RAW
    for value in VALUES:
        named = {name: value for name in FIELDS if name != "organization"}
        yield json.dumps(named).encode(), JSON
        yield json.dumps({"orders": value, "lines": [value], "rules": [value]}).encode(), JSON


def all_requests() -> int:
    """How many there are of them with `HOSTILE=all`, but for those of headers."""
    bodies = len(list(hostile_bodies()))
    return sum(
        len(QUERIES) + len(ids_for(route)) if route.reads else bodies for route in api_routes()
    )


def ids_for(route: Route) -> tuple[str, ...]:
    return IDS if "{" in route.path else ()


class HostileSetTests(SimpleTestCase):
    def test_the_whole_set_is_ten_thousand_requests(self) -> None:
        self.assertGreaterEqual(all_requests(), 10_000)

    def test_every_body_is_met_by_some_route_without_the_whole_set(self) -> None:
        writes = [route for route in api_routes() if not route.reads]
        bodies = list(hostile_bodies())

        met = {body for turn, _ in enumerate(writes) for body in bodies[turn % ONE_IN :: ONE_IN]}

        self.assertEqual(met, set(bodies))


@override_settings(**GENEROUS)
class HostileTests(TestCase):
    admin: ClassVar[User]

    @classmethod
    def setUpTestData(cls) -> None:
        fill_every_table()
        cls.admin = User.objects.get(username="admin")

    def setUp(self) -> None:
        self.assertEqual(self.admin.role, Role.ADMINISTRATOR)
        self.staff = client_for(self.admin)
        # For a merchant's own people no organization needs naming, so that the rest is read.
        alder = Organization.objects.get(slug="alder")
        self.merchant = client_for(make_user(Role.ADMINISTRATOR, organization=alder))

    def values_of(self, route: Route) -> dict[str, object]:
        """A row that is there, so that the body is read at all."""
        model = getattr(getattr(route.view, "queryset", None), "model", None)
        row = model and route.view.queryset.order_by("pk").first()
        return {
            "pk": row.pk if row else Order.objects.earliest("pk").pk,
            "code": "UPS",
            "platform": "veeqo",
            "sku": "MUG-01",
            "number": "794600000001",
        }

    def assert_answered(self, response: Any) -> None:
        self.assertLess(response.status_code, 500, getattr(response, "content", b"")[:200])
        if response.status_code >= 400:
            self.assertEqual(response["Content-Type"], "application/problem+json")
            self.assertEqual(list(response.json()), MEMBERS)

    def test_bodies(self) -> None:
        bodies = list(enumerate(hostile_bodies()))
        for turn, route in enumerate(route for route in api_routes() if not route.reads):
            address = route.address(**self.values_of(route))
            for number, (body, kind) in bodies[turn % ONE_IN :: ONE_IN]:
                with self.subTest(route=str(route), number=number):
                    answer = send(self.merchant, route, address, body, kind)
                    if answer.status_code in (403, 404):
                        answer = send(self.staff, route, address, body, kind)
                    self.assert_answered(answer)

    def test_queries_and_ids(self) -> None:
        for route in api_routes():
            if not route.reads:
                continue
            address = route.address(**self.values_of(route))
            for query in QUERIES:
                with self.subTest(route=str(route), query=query[:40]):
                    self.assert_answered(self.staff.get(f"{address}?{query}"))
            for text in ids_for(route):
                known = dict.fromkeys(route.variables, text)
                with self.subTest(route=str(route), id=text):
                    self.assert_answered(self.staff.get(route.address(**known)))

    def test_headers(self) -> None:
        hostile = ("\xff" * 10, "x" * 8_000, "{{7*7}}", "0", "a, b; c")
        names = ("Idempotency-Key", "X-Request-ID", "X-API-Key", "Accept", "If-None-Match")
        for name in names:
            for value in hostile:
                with self.subTest(name=name, value=value[:10]):
                    headers = {name: value}
                    self.assert_answered(self.staff.get("/api/v1/orders", headers=headers))
                    answer = self.staff.post("/api/v1/orders", {}, format="json", headers=headers)
                    self.assert_answered(answer)

    def test_packed_bodies(self) -> None:
        for body in (b"", b"\x1f\x8b", gzip.compress(b"{}")[:-4], gzip.compress(b"\x00" * 9)):
            answer = self.staff.generic(
                "POST",
                "/api/v1/orders/bulk?organization=alder",
                body,  # type: ignore[arg-type] # the stubs know of text alone
                "application/x-ndjson",
                headers={"Content-Encoding": "gzip"},
            )
            self.assert_answered(answer)

    def test_rules_and_orders_outlast_it(self) -> None:
        before = (RuleSet.objects.count(), Order.objects.count())

        for body, kind in RAW:
            self.staff.generic("POST", "/api/v1/orders", body, kind)  # type: ignore[arg-type]

        self.assertEqual((RuleSet.objects.count(), Order.objects.count()), before)


def send(client: APIClient, route: Route, address: str, body: bytes, kind: str) -> Any:
    return client.generic(route.method, address, body, kind)  # type: ignore[arg-type]
