"""Customers at Veeqo."""

from __future__ import annotations

from carriers.tests.sandbox import veeqo_steps as steps
from carriers.tests.sandbox.running import RunningTwin

CUSTOMER = {
    "email": "ana@example.com",
    "customer_type": "business",
    "phone": "+15035550142",
    "billing_address_attributes": steps.address(first_name="Ana", last_name="Brandt"),
}


def test_a_customer_is_created_found_and_used(twin: RunningTwin) -> None:
    answer = twin.veeqo("POST", "/customers", {"customer": CUSTOMER})

    customer = answer.json()
    assert answer.status_code == 201
    assert (customer["full_name"], customer["customer_type"]) == ("Ana Brandt", "business")
    [found] = twin.veeqo("GET", "/customers?query=ana@example").json()
    assert found == customer
    assert twin.veeqo("GET", f"/customers/{customer['id']}").json() == customer
    order = steps.made(twin, customer_attributes=None, customer_id=customer["id"])
    assert order["customer"]["email"] == "ana@example.com"


def test_the_same_mail_may_come_twice(twin: RunningTwin) -> None:
    for _ in range(2):
        twin.veeqo("POST", "/customers", {"customer": CUSTOMER})

    answer = twin.veeqo("GET", "/customers?customer_type=business")

    assert len(answer.json()) == 2
    assert answer.headers["X-Total-Count"] == "2"


def test_a_customer_without_mail_or_type_is_refused(twin: RunningTwin) -> None:
    answer = twin.veeqo("POST", "/customers", {"customer": {"phone": "+15035550142"}})

    assert answer.status_code == 400
    told = ["Email can't be blank", "Customer type is not included in the list"]
    assert answer.json() == {"error_messages": told}
    assert twin.veeqo("GET", "/customers").json() == []


def test_a_customer_is_changed(twin: RunningTwin) -> None:
    pk = twin.veeqo("POST", "/customers", {"customer": CUSTOMER}).json()["id"]

    twin.veeqo("PUT", f"/customers/{pk}", {"customer": {"notes": "Rings twice"}})

    after = twin.veeqo("GET", f"/customers/{pk}").json()
    assert (after["notes"], after["email"]) == ("Rings twice", "ana@example.com")
    assert twin.veeqo("GET", "/customers/1").status_code == 404
