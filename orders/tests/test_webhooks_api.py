"""Partners say where they want to be told of what, and are told as orders move."""

from __future__ import annotations

from typing import Any

from django.test import override_settings
from django.utils import timezone

from accounts.models import AuditEntry, Role
from accounts.tests.cases import ApiCase, client_for, client_with
from carriers.contracts import TrackingStatus, TrackingUpdate
from orders.models import Order, Package
from orders.services.holds import hold_order
from orders.services.tracking import record_tracking
from orders.tests.builders import (
    make_key,
    make_order_body,
    make_organization,
    make_stocked_sellable,
    make_user,
)
from orders.tests.steps import make_labelled
from shipping_project.hooks.models import WebhookDelivery, WebhookEndpoint
from shipping_project.hooks.services import MOST_ENDPOINTS
from shipping_project.jobs.worker import run_job

WEBHOOKS, DELIVERIES = "/api/v1/webhooks", "/api/v1/webhook-deliveries"
URL = "https://shop.example/hooks"


@override_settings(WEBHOOK_PRIVATE_TARGETS=False)
class WebhooksCase(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder, self.birch = make_organization("alder"), make_organization("birch")
        make_stocked_sellable(self.alder, "MUG-01", units=50)
        self.key = client_with(make_key(self.alder))
        self.other = client_with(make_key(self.birch))

    def make(self, *events: str, url: str = URL) -> Any:
        return self.key.post(WEBHOOKS, {"url": url, "events": events or ["*"]}, format="json")

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        rows = WebhookDelivery.objects.order_by("pk").values_list("event", "payload")
        return [(event, payload["data"]) for event, payload in rows]


class EndpointTests(WebhooksCase):
    def test_secret_is_shown_once(self) -> None:
        made = self.make("order.*", "job.finished").json()

        self.assertRegex(made["secret"], r"^whsec_[A-Za-z0-9+/]{32}$")
        self.assertEqual(
            (made["organization"], made["events"]), ("alder", ["job.finished", "order.*"])
        )
        again = self.key.get(f"{WEBHOOKS}/{made['id']}").json()
        self.assertNotIn("secret", again)
        self.assertEqual(AuditEntry.objects.filter(action="webhook.created").count(), 1)

    def test_what_is_wrong_is_named_at_once(self) -> None:
        response = self.make("order.lost", url="https://10.0.0.1/")

        codes = self.assert_faults(response, "events", "url")
        self.assertEqual(codes, {"events": "event.unknown", "url": "url.refused"})
        self.assertEqual(WebhookEndpoint.objects.count(), 0)

    def test_changed_in_part_and_only_to_what_is_allowed(self) -> None:
        path = f"{WEBHOOKS}/{self.make().json()['id']}"

        changed = self.key.patch(path, {"events": ["order.held"]}, format="json")
        refused = self.key.patch(path, {"url": "http://shop.example"}, format="json")

        self.assertEqual(changed.json()["events"], ["order.held"])
        self.assert_faults(refused, "url")
        self.assertEqual(WebhookEndpoint.objects.get().url, URL)

    def test_rotation_shows_a_new_secret(self) -> None:
        made = self.make().json()

        rotated = self.key.post(f"{WEBHOOKS}/{made['id']}/rotate-secret").json()

        self.assertNotEqual(rotated["secret"], made["secret"])
        self.assertEqual(WebhookEndpoint.objects.get().previous_secret, made["secret"])

    def test_test_message_is_told_whatever_was_asked_for(self) -> None:
        made = self.make("job.finished").json()

        response = self.key.post(f"{WEBHOOKS}/{made['id']}/test")

        self.assertEqual(response.status_code, 202)
        self.assertEqual(self.told(), [("webhook.test", {"endpoint": made["id"]})])

    def test_deleted_endpoint_takes_its_messages_along(self) -> None:
        path = f"{WEBHOOKS}/{self.make().json()['id']}"
        self.key.post(f"{path}/test")

        self.assertEqual(self.key.delete(path).status_code, 204)
        self.assertEqual((WebhookEndpoint.objects.count(), self.told()), (0, []))

    def test_number_of_endpoints_is_limited(self) -> None:
        for _ in range(MOST_ENDPOINTS):
            self.make()

        self.assert_problem(self.make(), 409, "conflict")

    def test_events_are_listed_with_their_meaning(self) -> None:
        names = {
            event["name"] for event in self.key.get("/api/v1/webhook-events").json()["results"]
        }

        self.assertLessEqual({"order.booked", "shipment.labelled", "job.finished"}, names)

    def test_foreign_rows_are_not_there(self) -> None:
        path = f"{WEBHOOKS}/{self.make().json()['id']}"
        delivery = self.key.post(f"{path}/test").json()["id"]

        for act in ("rotate-secret", "resume", "test"):
            self.assert_problem(self.other.post(f"{path}/{act}"), 404, "not_found")
        for answer in (
            self.other.get(path),
            self.other.patch(path, {"events": ["*"]}, format="json"),
            self.other.delete(path),
            self.other.get(f"{DELIVERIES}/{delivery}"),
            self.other.post(f"{DELIVERIES}/{delivery}/replay"),
        ):
            self.assert_problem(answer, 404, "not_found")
        self.assertEqual(self.other.get(DELIVERIES).json()["results"], [])

    def test_operators_and_keys_without_the_scope_are_refused(self) -> None:
        reader = client_with(make_key(self.alder, "webhooks:read", "orders:write"))
        operator = client_for(make_user(Role.OPERATOR, organization=self.alder))

        for caller in (reader, operator):
            response = caller.post(WEBHOOKS, {"url": URL, "events": ["*"]}, format="json")
            self.assert_problem(response, 403, "forbidden")

    @override_settings(WEBHOOK_PRIVATE_TARGETS=True)
    def test_delivery_is_found_by_state_and_sent_again(self) -> None:
        self.make(url="http://127.0.0.1:9/")
        path = f"{WEBHOOKS}/{WebhookEndpoint.objects.get().pk}"
        delivery = self.key.post(f"{path}/test").json()
        WebhookDelivery.objects.update(state="failed", attempts=8)

        failed = self.key.get(f"{DELIVERIES}?state=failed").json()["results"]
        again = self.key.post(f"{DELIVERIES}/{delivery['id']}/replay").json()

        self.assertEqual([row["message_id"] for row in failed], [delivery["message_id"]])
        self.assertEqual((again["state"], again["attempts"]), ("waiting", 0))


class OrderNewsTests(WebhooksCase):
    def test_new_order_and_its_moves_are_told(self) -> None:
        self.make("order.*")
        number = self.key.post(
            "/api/v1/orders", make_order_body(external_ref="A-1"), format="json"
        ).json()["number"]

        hold_order(order_id=Order.objects.get().pk, reason="Wait", actor="tests")

        first, second = self.told()
        same = {"order": number, "external_ref": "A-1", "source": "api", "reason": ""}
        valid = same | {"state": "valid", "previous_state": "received"}
        held = same | {"state": "held", "previous_state": "valid"}
        self.assertEqual([first, second], [("order.valid", valid), ("order.held", held)])

    def test_label_is_told_with_its_tracking_number(self) -> None:
        self.make("shipment.*")

        make_labelled(self.alder)

        event, data = self.told()[0]
        package = Package.objects.get()
        self.assertEqual(
            (event, data["tracking_number"]), ("shipment.labelled", package.tracking_number)
        )
        self.assertEqual(data["order"], Order.objects.get().number)

    def test_new_scans_are_told_and_known_ones_are_not(self) -> None:
        self.make("tracking.*")
        package = Package.objects.get(shipment__order=make_labelled(self.alder))
        scan = TrackingUpdate(status=TrackingStatus.IN_TRANSIT, happened_at=timezone.now())

        for _ in range(2):
            record_tracking(package_id=package.pk, updates=[scan])

        ((event, data),) = self.told()
        self.assertEqual((event, data["tracking_status"]), ("tracking.updated", "in_transit"))
        self.assertEqual(data["tracking_number"], package.tracking_number)

    def test_a_job_that_is_worked_off_is_told(self) -> None:
        self.make("job.*")
        body = {"orders": [make_order_body(external_ref="A-1"), {}]}
        job = self.key.post("/api/v1/orders/bulk", body, format="json").json()["id"]
        self.assertEqual(self.told(), [])

        run_job(job)

        ((event, data),) = self.told()
        self.assertEqual((event, data["job"]), ("job.finished", job))
        self.assertEqual((data["total"], data["succeeded"], data["refused"]), (2, 1, 1))

    def test_other_organizations_are_told_nothing(self) -> None:
        self.other.post(WEBHOOKS, {"url": URL, "events": ["*"]}, format="json")

        self.key.post("/api/v1/orders", make_order_body(), format="json")

        self.assertEqual(self.told(), [])
