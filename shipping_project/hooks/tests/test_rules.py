"""Signing, waiting, and which hosts are public, without a database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shipping_project.hooks.rules.addresses import fault_of_url, is_public
from shipping_project.hooks.rules.events import asks_for
from shipping_project.hooks.rules.retries import AFTER, wait_after
from shipping_project.hooks.rules.signing import new_secret, signature_of, signed_headers


def test_signature_is_that_of_the_standards_own_example() -> None:
    # Source: the Standard Webhooks libraries' common test vector.
    signature = signature_of(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_both_secrets_sign_during_a_rotation() -> None:
    new, old = new_secret(), new_secret()

    headers = signed_headers([new, old], message_id="msg_1", timestamp=7, body=b"{}")

    one, two = headers["webhook-signature"].split(" ")
    assert one == signature_of(new, message_id="msg_1", timestamp=7, body=b"{}")
    assert two == signature_of(old, message_id="msg_1", timestamp=7, body=b"{}")


def test_tries_go_on_for_a_day_and_then_end() -> None:
    waits = [wait_after(attempt, lambda: 0.5) for attempt in range(1, len(AFTER) + 2)]

    assert waits[-1] is None
    whole = sum((wait for wait in waits if wait), timedelta())
    assert timedelta(hours=23, minutes=59) < whole < timedelta(hours=24, minutes=1)


def test_waits_differ_by_a_tenth_either_way() -> None:
    assert wait_after(2, lambda: 0.0) == timedelta(seconds=270)
    assert wait_after(2, lambda: 1.0) == timedelta(seconds=330)


@pytest.mark.parametrize(
    ("patterns", "event", "asked"),
    [
        (["order.booked"], "order.booked", True),
        (["order.booked"], "order.held", False),
        (["order.*"], "order.held", True),
        (["order.*"], "job.finished", False),
        (["*"], "job.finished", True),
        (["job.finished"], "webhook.test", True),
    ],
)
def test_endpoint_is_told_of_what_it_asks_for(patterns: list[str], event: str, asked: bool) -> None:
    assert asks_for(patterns, event) is asked


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_own_nets_are_not_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/hooks",
        "ftp://shop.example/",
        "https://",
        "https://localhost/hooks",
        "https://intranet/hooks",
        "https://127.0.0.1/hooks",
        "https://[::1]/hooks",
        "https://10.0.0.1:8000/",
        "https://user:word@shop.example/",
        "https://shop.example/#part",
        "https://shop.example:99999/",
        "https://[::1/",
        "https://shop.example/a b",
        "https://sh\u00f6p.example/",
        "https://shop.example/" + "x" * 500,
        "javascript:alert(1)",
        "",
    ],
)
def test_targets_that_are_refused_as_they_are_written(url: str) -> None:
    assert fault_of_url(url, private_allowed=False)


def test_good_targets_and_private_ones_where_they_are_allowed() -> None:
    assert fault_of_url("https://shop.example:8443/hooks?a=1", private_allowed=False) == ""
    assert fault_of_url("http://127.0.0.1:8000/hooks", private_allowed=True) == ""
