"""Whatever goes wrong on the API, the answer is a problem document."""

from __future__ import annotations

import json
from base64 import b64encode
from unittest import mock

from django.test import override_settings
from rest_framework.test import APIClient

from accounts.models import Role
from accounts.tests.cases import ApiCase, client_for, client_with
from carriers.models import OutboxCommand
from orders.models import Order
from orders.tests.builders import make_key, make_organization, make_user

JSON = "application/json"


def cursor(text: str) -> str:
    return b64encode(text.encode()).decode()


# An offset leads beyond the first and the last year.
FIRST, LAST = "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"
# What is wrong, the address below /api/v1/, the parameters at fault.
BAD_QUERIES: list[tuple[str, str, list[str]]] = [
    ("cursor that is no base64", "orders?cursor=%25%25", ["cursor"]),
    ("cursor in no ASCII", "orders?cursor=%C3%A9", ["cursor"]),
    ("cursor with a word as position", f"orders?cursor={cursor('p=abc')}", ["cursor"]),
    ("cursor with a huge position", f"orders?cursor={cursor('p=' + '9' * 40)}", ["cursor"]),
    ("cursor with NUL", f"orders?cursor={cursor('p=%00')}", ["cursor"]),
    ("cursor with a negative offset", f"orders?cursor={cursor('o=-1')}", ["cursor"]),
    ("page size that is a word", "orders?page_size=many", ["page_size"]),
    ("page size 0", "orders?page_size=0", ["page_size"]),
    ("page size past the limit", "orders?page_size=201", ["page_size"]),
    ("page size beyond all numbers", f"orders?page_size={'9' * 30}", ["page_size"]),
    ("page size in other digits", "orders?page_size=%C2%B2", ["page_size"]),
    ("unknown state", "orders?state=lost", ["state"]),
    ("unknown carrier", "orders?carrier=DONKEY", ["carrier"]),
    ("no time", "orders?created_since=yesterday", ["created_since"]),
    ("time before all time", f"orders?created_since={FIRST}", ["created_since"]),
    ("time after all time", f"orders?updated_since={LAST}", ["updated_since"]),
    ("time before all stock", f"stock/movements?since={FIRST}", ["since"]),
    ("time after all calls", f"api-calls?since={LAST}", ["since"]),
    ("day after all days", "ledger/totals?by=day&since=9999-12-31&until=9999-12-31", ["until"]),
    ("NUL in a text", "orders?external_ref=%00", ["external_ref"]),
    ("NUL in the search", "orders?search=a%00b", ["search"]),
    ("several at once", "orders?state=lost&platform=x", ["platform", "state"]),
    ("neither true nor false", "stock/levels?low=maybe", ["low"]),
    ("unknown kind", "stock/movements?kind=magic", ["kind"]),
    ("NUL in a SKU", "sellables?sku=%00", ["sku"]),
    ("unknown command state", "outbox/commands?state=x", ["state"]),
    ("no time of a call", "api-calls?since=1.1.", ["since"]),
]
NOT_THERE: list[tuple[str, str]] = [
    ("an unknown path", "/api/v1/nothing"),
    ("an unknown version", "/api/v9/orders"),
    ("a path beside the API's own", "/api/nothing/"),
    ("a slash too many", "/api/v1/orders/"),
    ("an unknown number", "/api/v1/orders/SO-999999"),
    ("a huge id", f"/api/v1/orders/{'9' * 40}"),
    ("a huge id of a sellable", f"/api/v1/sellables/{'9' * 40}"),
    ("a word as id", "/api/v1/sellables/abc"),
    ("a digit that is no decimal", "/api/v1/orders/%C2%B2"),
    ("NUL in the number", "/api/v1/orders/SO%00"),
    ("NUL in an id", "/api/v1/sellables/%00"),
    ("NUL in a code", "/api/v1/carriers/%00"),
    ("NUL in a platform", "/api/v1/platforms/%00"),
    ("an unknown format", "/api/v1/orders?format=xml"),
]
BAD_BODIES: list[tuple[str, bytes, str, int, str]] = [
    ("no JSON", b"{", JSON, 400, "body_unreadable"),
    ("no UTF-8", b'{"a": "\xff"}', JSON, 400, "body_unreadable"),
    ("NaN", b'{"a": NaN}', JSON, 400, "body_unreadable"),
    ("NUL in a text", b'{"external_ref": "a\\u0000"}', JSON, 400, "body_unreadable"),
    ("half a surrogate pair", b'{"external_ref": "\\ud800"}', JSON, 400, "body_unreadable"),
    ("number of 5000 digits", b'{"a": ' + b"9" * 5000 + b"}", JSON, 400, "body_unreadable"),
    ("nested without end", b"[" * 100_000, JSON, 400, "body_unreadable"),
    ("nested too deep", b"[" * 60 + b"]" * 60, JSON, 400, "body_unreadable"),
    ("5 MB", json.dumps({"note": "x" * 5_000_000}).encode(), JSON, 413, "body_too_large"),
    ("a form", b"a=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
    ("XML", b"<a/>", "application/xml", 415, "unsupported_media_type"),
    ("a file", b"--x--", "multipart/form-data; boundary=x", 415, "unsupported_media_type"),
    ("5 MB of a form", b"a" * 5_000_000, "text/plain", 415, "unsupported_media_type"),
]


class ProblemTests(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.staff = client_for(make_user(Role.MANAGER))

    def test_bad_query_parameters_are_named(self) -> None:
        for name, path, fields in BAD_QUERIES:
            with self.subTest(name):
                self.assert_faults(self.staff.get(f"/api/v1/{path}"), *fields)

    def test_what_is_not_there_answers_404(self) -> None:
        for name, path in NOT_THERE:
            with self.subTest(name):
                self.assert_problem(self.staff.get(path), 404, "not_found")

    def test_unreadable_bodies_are_refused_and_nothing_is_written(self) -> None:
        for name, body, kind, status, code in BAD_BODIES:
            with self.subTest(name):
                response = self.staff.generic("POST", "/api/v1/orders", body, kind)  # type: ignore[arg-type]

                self.assert_problem(response, status, code)
                self.assertEqual(Order.objects.count(), 0)

    def test_forty_levels_are_read_and_one_more_is_not(self) -> None:
        for levels, status in ((40, 422), (41, 400)):
            with self.subTest(levels):
                body = b"[" * levels + b"1" + b"]" * levels

                answer = self.staff.generic("POST", "/api/v1/orders", body, JSON)  # type: ignore[arg-type]

                self.assertEqual(answer.status_code, status, answer.content)

    def test_wrong_method_names_the_right_ones(self) -> None:
        response = self.staff.put("/api/v1/orders", {}, format="json")

        self.assert_problem(response, 405, "method_not_allowed")
        self.assertEqual(response["Allow"], "GET, POST, HEAD, OPTIONS")

    def test_wrong_method_on_the_description_is_no_yaml(self) -> None:
        response = self.staff.post("/api/schema/", {}, format="json")

        self.assert_problem(response, 405, "method_not_allowed")

    def test_unacceptable_answer_is_a_problem_all_the_same(self) -> None:
        response = self.staff.get("/api/v1/orders", headers={"Accept": "text/html"})

        self.assert_problem(response, 406, "not_acceptable")

    def test_without_credentials_401_says_how_to_log_in(self) -> None:
        response = APIClient().get("/api/v1/orders")

        self.assert_problem(response, 401, "not_authenticated")
        self.assertEqual(response["WWW-Authenticate"], 'Bearer realm="api"')

    def test_broken_token_is_told_in_one_sentence(self) -> None:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION="Bearer x.y.z")

        problem = self.assert_problem(client.get("/api/v1/orders"), 401, "authentication_failed")

        self.assertEqual(problem["detail"], "Given token not valid for any token type")

    def test_missing_right_is_403(self) -> None:
        key = make_key(make_organization(), "orders:read")

        response = client_with(key).post("/api/v1/orders", {}, format="json")

        self.assert_problem(response, 403, "forbidden")

    def test_session_without_a_csrf_token_writes_nothing(self) -> None:
        client = APIClient(enforce_csrf_checks=True)
        client.force_login(make_user(Role.MANAGER))

        response = client.post("/api/v1/orders", {}, format="json")

        self.assert_problem(response, 403, "forbidden")

    def test_foreign_host_is_refused_before_any_view(self) -> None:
        response = self.staff.get("/api/v1/orders", headers={"Host": "elsewhere.example"})

        self.assert_problem(response, 400, "bad_request")

    def test_conflict_keeps_its_own_code(self) -> None:
        command = OutboxCommand.objects.create(
            organization=make_organization(), kind="order.book", lane="order:1", platform="veeqo"
        )

        response = self.staff.post(f"/api/v1/outbox/commands/{command.pk}/look-again")

        self.assert_problem(response, 409, "command.not_stuck")

    @override_settings(DEBUG=False)
    def test_a_bug_answers_500_and_tells_nothing_of_itself(self) -> None:
        secret = "the database password is swordfish"

        # A bug cannot be had by asking, so one is put into the library that every list uses.
        with mock.patch(
            "shipping_project.kernel.pagination.CursorPages.paginate_queryset",
            side_effect=RuntimeError(secret),
        ):
            response = self.staff.get("/api/v1/orders")

        self.assert_problem(response, 500, "internal_error")
        self.assertNotIn("swordfish", response.content.decode())

    def test_request_id_of_the_caller_is_kept(self) -> None:
        response = self.staff.get("/api/v1/nothing", headers={"X-Request-ID": "shop-12345678"})

        problem = self.assert_problem(response, 404, "not_found")
        self.assertEqual(problem["request_id"], "shop-12345678")
