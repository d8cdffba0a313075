"""Orders by the thousand: good ones are kept, bad ones told by row, none is made twice."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from accounts.tests.cases import ApiCase, client_for, client_with
from orders.models import IntakeRecord, Order, OrderEvent, OrderLine
from orders.tests.builders import (
    make_key,
    make_order_body,
    make_organization,
    make_sellable,
    make_stocked_sellable,
    make_user,
)
from shipping_project.jobs.models import Job, JobItem
from shipping_project.jobs.worker import run_job
from shipping_project.kernel.testing import exactly_queries

BULK, IMPORT = "/api/v1/orders/bulk", "/api/v1/orders/import"
JSON, LINES, CSV = "application/json", "application/x-ndjson", "text/csv"
HEAD = "external_ref,sku,quantity,unit_price,name,address_1,city,state,postal_code,country"
TO = "Ada Brooks,12 Maple Street,Reno,NV,89501,US"


def lines_of(*orders: Any) -> bytes:
    return "".join(json.dumps(order) + "\n" for order in orders).encode()


class BulkCase(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder, self.birch = make_organization("alder"), make_organization("birch")
        make_stocked_sellable(self.alder, "MUG-01", units=50)
        make_sellable(self.alder, "TEA-02")
        self.scopes = ("orders:read", "orders:write", "labels:buy", "jobs:read", "jobs:write")
        self.key = client_with(make_key(self.alder, *self.scopes))

    def send(self, body: bytes, kind: str = LINES, query: str = "", **headers: str) -> Any:
        return self.key.generic("POST", BULK + query, body, kind, headers=headers)  # type: ignore[arg-type]

    def run_sent(self, body: bytes, kind: str = LINES, query: str = "", **headers: str) -> Any:
        """The job after a worker was at it, as it is told."""
        response = self.send(body, kind, query, **headers)
        self.assertEqual(response.status_code, 202, response.content)
        run_job(response.json()["id"])
        return self.key.get(f"/api/v1/jobs/{response.json()['id']}").json()

    def rows(self, job: Any) -> list[Any]:
        answer: Any = self.key.get(f"/api/v1/jobs/{job['id']}/result")
        return [json.loads(line) for line in answer.getvalue().splitlines()]


class TakeInTests(BulkCase):
    def test_good_rows_are_kept_and_bad_ones_told(self) -> None:
        good, other = make_order_body(external_ref="A-1"), make_order_body(external_ref="A-4")
        bad = make_order_body(external_ref="A-2", lines=[{"sku": "NONE", "quantity": 0}])
        body = lines_of(good, bad) + b"{broken\n\n" + lines_of(other)

        job = self.run_sent(body)

        self.assertEqual((job["state"], job["total"]), ("finished", 4))
        self.assertEqual((job["succeeded"], job["refused"], job["percent"]), (2, 2, 100))
        rows = self.rows(job)
        self.assertEqual([row["row"] for row in rows], [1, 2, 3, 5])
        faults = {(e["field"], e["code"]) for e in rows[1]["errors"]}
        self.assertEqual(
            faults,
            {("lines[0].sku", "line.sku_unknown"), ("lines[0].quantity", "line.quantity_invalid")},
        )
        self.assertEqual(rows[2]["errors"][0]["code"], "row.unreadable")
        numbers = [rows[0]["result"]["number"], rows[3]["result"]["number"]]
        self.assertEqual(
            numbers, list(Order.objects.order_by("pk").values_list("number", flat=True))
        )

    def test_order_is_the_same_as_one_that_came_alone(self) -> None:
        body = make_order_body(quantity=3, carrier="ups", note="Door", external_ref="A-1")
        self.run_sent(lines_of(body))
        many = self.key.get(f"/api/v1/orders/{Order.objects.get().number}").json()
        self.key.post("/api/v1/orders", {**body, "external_ref": "A-2"}, format="json")
        alone = self.key.get(f"/api/v1/orders/{Order.objects.latest('pk').number}").json()

        own = {"id", "number", "external_ref", "created_at", "updated_at", "placed_at"}
        self.assertEqual(
            {name: value for name, value in many.items() if name not in own},
            {name: value for name, value in alone.items() if name not in own},
        )
        self.assertRegex(many["number"], r"^SO-\d{6}$")
        stories = [
            list(order.events.values_list("kind", "state_from", "state_to"))
            for order in Order.objects.order_by("pk")
        ]
        self.assertEqual(stories[0], stories[1])

    def test_repeat_in_a_later_file_answers_with_the_first_order(self) -> None:
        body = lines_of(make_order_body(external_ref="A-1"))
        first = self.rows(self.run_sent(body))

        again = self.rows(self.run_sent(body))

        number = first[0]["result"]["number"]
        self.assertEqual(again[0]["result"], {"number": number, "created": False})
        self.assertEqual(Order.objects.count(), 1)
        self.assertEqual(IntakeRecord.objects.get().repeats, 1)

    def test_number_twice_in_a_file_is_one_order_or_a_fault(self) -> None:
        same = make_order_body(external_ref="A-1")

        job = self.run_sent(lines_of(same, same, {**same, "note": "Else"}))

        results = [(row["result"] or {}).get("created") for row in self.rows(job)]
        self.assertEqual(results, [True, False, None])
        self.assertEqual(self.rows(job)[2]["errors"][0]["code"], "order.reference_reused")
        self.assertEqual(Order.objects.count(), 1)

    def test_dry_run_tells_the_same_and_keeps_nothing(self) -> None:
        bad = make_order_body(external_ref="A-2", lines=[])

        job = self.run_sent(
            lines_of(make_order_body(external_ref="A-1"), bad), query="?dry_run=true"
        )

        self.assertEqual((job["dry_run"], job["succeeded"], job["refused"]), (True, 1, 1))
        self.assertEqual(self.rows(job)[0]["result"], {"number": None, "created": True})
        for model in (Order, OrderLine, OrderEvent, IntakeRecord):
            self.assertEqual(model._default_manager.count(), 0, model)

    def test_payload_of_a_kept_order_is_dropped(self) -> None:
        bad = make_order_body(external_ref="A-2", lines=[])
        self.run_sent(lines_of(make_order_body(external_ref="A-1"), bad))

        kept, refused = JobItem.objects.order_by("position")

        self.assertEqual((kept.payload, refused.payload), (None, bad))

    def test_orders_of_a_key_that_may_not_buy_are_held(self) -> None:
        self.key = client_with(make_key(self.alder, "orders:write", "jobs:read"))

        self.run_sent(lines_of(make_order_body(external_ref="A-1")))

        order = Order.objects.get()
        self.assertEqual(
            (order.state, order.hold_reason), ("held", "The sender's key may not buy labels.")
        )

    def test_many_rows_cost_few_queries(self) -> None:
        few = self.send(lines_of(*(make_order_body(external_ref=f"A-{n}") for n in range(3))))
        many = self.send(lines_of(*(make_order_body(external_ref=f"B-{n}") for n in range(150))))

        with exactly_queries(25):
            run_job(few.json()["id"])
        with CaptureQueriesContext(connection) as queries:
            run_job(many.json()["id"])

        # SQLite takes fewer values at once than PostgreSQL.
        self.assertLessEqual(len(queries), 35)
        self.assertEqual(Order.objects.count(), 153)


class FormTests(BulkCase):
    def test_json_list_and_object_are_read(self) -> None:
        orders = [make_order_body(external_ref="A-1"), make_order_body(external_ref="A-2")]

        first = self.run_sent(json.dumps(orders[:1]).encode(), JSON)
        second = self.run_sent(json.dumps({"orders": orders[1:]}).encode(), JSON)

        self.assertEqual((first["succeeded"], second["succeeded"]), (1, 1))

    def test_csv_rows_of_one_number_are_one_order(self) -> None:
        text = f"{HEAD}\nA-1,MUG-01,2,18.50,{TO}\nA-1,TEA-02,1,,,,,,,\nA-2,MUG-01,x,,{TO}\n"

        job = self.run_sent(text.encode("utf-8-sig"), CSV)

        self.assertEqual((job["succeeded"], job["refused"]), (1, 1))
        order = Order.objects.get()
        self.assertEqual((order.source, order.external_ref, order.city), ("csv", "A-1", "Reno"))
        lines = list(order.lines.values_list("sku", "quantity").order_by("position"))
        self.assertEqual(lines, [("MUG-01", 2), ("TEA-02", 1)])
        bad = self.rows(job)[1]
        self.assertEqual((bad["row"], bad["errors"][0]["field"]), (4, "lines[0].quantity"))

    def test_import_takes_files_as_the_bulk_does_and_knows_its_repeats(self) -> None:
        text = f"{HEAD}\nA-1,MUG-01,2,18.50,{TO}\n".encode()
        key = {"Idempotency-Key": "file-1"}

        imported = self.key.generic("POST", IMPORT, text, CSV, headers=key)  # type: ignore[arg-type]
        again = self.send(text, CSV, **key)
        refused = self.key.generic("POST", IMPORT, b"[]", JSON)  # type: ignore[arg-type]

        self.assertEqual((imported.status_code, again.status_code), (202, 200))
        self.assertEqual(again.json()["id"], imported.json()["id"])
        self.assert_problem(refused, 415, "unsupported_media_type")
        run_job(imported.json()["id"])
        self.assertEqual(Order.objects.get().external_ref, "A-1")

    def test_gzip_is_unpacked(self) -> None:
        body = gzip.compress(lines_of(make_order_body(external_ref="A-1")))

        job = self.run_sent(body, **{"Content-Encoding": "gzip"})

        self.assertEqual(job["succeeded"], 1)

    @override_settings(UPLOAD_BYTES=100_000)
    def test_what_unpacks_beyond_the_limit_is_refused(self) -> None:
        bomb = gzip.compress(b" " * 5_000_000)

        response = self.send(bomb, **{"Content-Encoding": "gzip"})

        self.assert_problem(response, 413, "body_too_large")

    @override_settings(BULK_RATE="100/m")
    def test_unreadable_files_are_refused_whole(self) -> None:
        order = lines_of(make_order_body(external_ref="A-1"))
        gzipped = {"Content-Encoding": "gzip"}
        unreadable: dict[str, Callable[[], Any]] = {
            "no JSON": lambda: self.send(b"[{", JSON),
            "no gzip": lambda: self.send(order, **gzipped),
            "half a gzip": lambda: self.send(gzip.compress(order)[:-9], **gzipped),
            "unknown encoding": lambda: self.send(order, **{"Content-Encoding": "br"}),
            "no UTF-8": lambda: self.send(b"external_ref,sku,quantity\n\xff,a,1\n", CSV),
        }
        for name, act in unreadable.items():
            with self.subTest(name):
                self.assert_problem(act(), 400, "body_unreadable")
        xml = self.send(b"<a/>", "application/xml")
        self.assert_problem(xml, 415, "unsupported_media_type")
        self.assert_faults(self.send(b""), "")
        self.assert_faults(self.send(b"\n\n"), "")
        self.assert_faults(self.send(b'{"a": 1}', JSON), "orders")
        self.assert_faults(self.send(b"external_ref,sku,colour\n", CSV), "colour", "quantity")
        self.assert_faults(self.send(order, query="?dry_run=maybe"), "dry_run")
        self.assertEqual(Job.objects.count(), 0)

    @override_settings(BULK_ROWS=2)
    def test_too_many_rows_keep_nothing(self) -> None:
        response = self.send(lines_of({}, {}, {}))

        self.assert_problem(response, 413, "rows.too_many")
        self.assertEqual((Job.objects.count(), JobItem.objects.count()), (0, 0))


class WhoTests(BulkCase):
    def test_same_key_and_body_answer_with_the_first_job(self) -> None:
        body = lines_of(make_order_body(external_ref="A-1"))
        key = {"Idempotency-Key": "morning"}
        first = self.send(body, **key)

        again, other = self.send(body, **key), self.send(body + body, **key)

        self.assertEqual((again.status_code, again.json()["id"]), (200, first.json()["id"]))
        self.assert_problem(other, 409, "idempotency_key_reused")
        self.assertEqual(Job.objects.count(), 1)

    def test_staff_say_for_whom(self) -> None:
        staff = client_for(make_user(Role.OPERATOR))
        body = lines_of(make_order_body(external_ref="A-1"))

        unnamed = staff.generic("POST", BULK, body, LINES)  # type: ignore[arg-type]
        named = staff.generic("POST", f"{BULK}?organization=alder", body, LINES)  # type: ignore[arg-type]

        self.assert_faults(unnamed, "organization")
        self.assertEqual(named.json()["organization"], "alder")

    def test_nobody_sends_for_another_organization(self) -> None:
        self.assert_faults(self.send(lines_of({}), query="?organization=birch"), "organization")

    def test_key_needs_the_scope_to_write_orders(self) -> None:
        self.key = client_with(make_key(self.alder, "orders:read", "jobs:write"))

        self.assert_problem(self.send(lines_of({})), 403, "forbidden")
