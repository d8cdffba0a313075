"""Every way in which a call breaks, over real sockets, and what it says may have happened."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

import pytest

from carriers.errors import (
    UpstreamError,
    UpstreamMalformed,
    UpstreamNotFound,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    UpstreamUnclear,
    UpstreamUnreachable,
    UpstreamUnreadable,
    malformed,
)
from carriers.exchange import CallSpec
from carriers.http import pause_of
from carriers.tests.border import Ledger, body_of, make_session, read_spec, write_spec
from carriers.tests.hostile import then_waits
from carriers.tests.wire import Script, closes, says, wire

HTML = b"<html><body>Bad gateway</body></html>"
READ, WRITE = read_spec(), write_spec()


def failure_of(script: Script, spec: CallSpec, **session: Any) -> UpstreamError:
    with wire(script) as server, pytest.raises(UpstreamError) as caught:
        make_session(server.url, **session).call(spec, body_of)
    return caught.value


@pytest.fixture
def full_queue() -> Iterator[int]:
    """The port of a listener that lets no further connection in, so that connecting hangs."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    port = listener.getsockname()[1]
    waiting = []
    for _ in range(8):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", port))
        waiting.append(client)
    yield port
    for client in [*waiting, listener]:
        client.close()


@pytest.mark.parametrize("spec", [READ, WRITE], ids=["read", "write"])
class TestNeverConnected:
    """Nothing can have been sent, whatever the call."""

    def test_refused_connection_is_not_sent(self, spec: CallSpec) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]

        with pytest.raises(UpstreamUnreachable) as caught:
            make_session(f"http://127.0.0.1:{port}").call(spec, body_of)

        assert caught.value.sent is False
        assert caught.value.detail == "veeqo cannot be reached."

    def test_unknown_host_is_not_sent(self, spec: CallSpec) -> None:
        with pytest.raises(UpstreamUnreachable) as caught:
            make_session("http://nowhere.invalid").call(spec, body_of)

        assert caught.value.sent is False

    def test_connecting_for_too_long_is_not_sent(self, spec: CallSpec, full_queue: int) -> None:
        session = make_session(f"http://127.0.0.1:{full_queue}", connect_timeout_s=0.3)

        with pytest.raises(UpstreamUnreachable) as caught:
            session.call(spec, body_of)

        assert caught.value.sent is False

    @pytest.mark.parametrize(
        "url",
        [
            "veeqo.example",
            "ftp://veeqo.example",
            "http://",
            "http://veeqo..example",
            f"http://{'v' * 64}.example",
            "http://[::1",
        ],
    )
    def test_unusable_address_is_not_sent(self, spec: CallSpec, url: str) -> None:
        with pytest.raises(UpstreamUnreachable) as caught:
            make_session(url).call(spec, body_of)

        assert caught.value.sent is False


class TestSlowAnswers:
    def test_timeout_of_the_call_wins_over_that_of_the_session(self) -> None:
        def answers_late(connection: socket.socket) -> None:
            time.sleep(0.5)
            says("200 OK", b'{"id": 1}')(connection)

        with wire(answers_late) as server:
            session = make_session(server.url, read_timeout_s=0.2)
            answer = session.call(write_spec(timeout_s=3), body_of)

        assert answer == {"id": 1}

    def test_oversized_answer_is_cut_off(self) -> None:
        big = says("200 OK", b"[" + b" " * 200_000 + b"]")

        failure = failure_of(big, READ, max_answer_bytes=100_000)

        assert type(failure) is UpstreamUnavailable
        assert failure.detail == "veeqo sent too large an answer."
        assert failure.http_status == 200


class TestRefusals:
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            ("400 Bad Request", UpstreamRefused),
            ("401 Unauthorized", UpstreamUnauthorized),
            ("403 Forbidden", UpstreamRefused),
            ("404 Not Found", UpstreamNotFound),
            ("422 Unprocessable Entity", UpstreamRefused),
        ],
    )
    def test_refusal_carries_the_platforms_words(
        self, status: str, kind: type[UpstreamError]
    ) -> None:
        failure = failure_of(says(status, b'{"error_messages": ["No", "not now"]}'), WRITE)

        assert type(failure) is kind
        assert failure.detail == "No not now"
        assert failure.sent is False
        assert failure.http_status == int(status[:3])
        assert failure.platform == "veeqo"
        assert failure.operation == "veeqo.create_order"

    def test_refusal_without_words_names_its_status(self) -> None:
        failure = failure_of(says("403 Forbidden", HTML, "Content-Type: text/html"), WRITE)

        assert failure.detail == "veeqo answered 403."

    def test_redirect_of_a_write_is_not_followed(self) -> None:
        moved = says("302 Found", b"", "Location: http://127.0.0.1:9/elsewhere")
        with wire(moved) as server, pytest.raises(UpstreamUnclear) as caught:
            make_session(server.url).call(WRITE, body_of)

        assert caught.value.http_status == 302
        assert len(server.requests) == 1

    def test_nothing_is_retried_by_itself(self) -> None:
        with wire(closes) as server, pytest.raises(UpstreamUnclear):
            make_session(server.url).call(WRITE, body_of)

        assert len(server.requests) == 1


class TestRateLimit:
    @pytest.mark.parametrize("spec", [READ, WRITE], ids=["read", "write"])
    def test_too_many_is_safe_to_resend_and_names_its_pause(self, spec: CallSpec) -> None:
        failure = failure_of(says("429 Too Many Requests", b"", "Retry-After: 7"), spec)

        assert type(failure) is UpstreamRateLimited
        assert failure.sent is False
        assert failure.retry_after_s == 7.0

    def test_empty_429_names_no_pause(self) -> None:
        failure = failure_of(says("429 Too Many Requests"), WRITE)

        assert failure.retry_after_s is None

    def test_busy_read_keeps_the_pause_it_was_asked_for(self) -> None:
        failure = failure_of(says("503 Service Unavailable", b"", "Retry-After: 11"), READ)

        assert type(failure) is UpstreamUnavailable
        assert failure.retry_after_s == 11.0

    @pytest.mark.parametrize(
        ("headers", "pause_s"),
        [
            ({"Retry-After": "0"}, 0.2),
            ({"Retry-After": "99999"}, 120.0),
            ({"Retry-After": "soon"}, None),
            ({"Retry-After": "²"}, None),
            ({"X-Ratelimit-Reset": "0"}, 0.2),
            ({"X-Ratelimit-Reset": "never"}, None),
            ({}, None),
        ],
    )
    def test_pause_by_header(self, headers: dict[str, str], pause_s: float | None) -> None:
        assert pause_of(headers) == pause_s

    def test_pause_until_a_date(self) -> None:
        pause_s = pause_of({"Retry-After": formatdate(time.time() + 30, usegmt=True)})

        assert pause_s is not None
        assert 28 < pause_s <= 30

    def test_pause_until_the_reset(self) -> None:
        pause_s = pause_of({"X-Ratelimit-Reset": str(int(time.time()) + 40)})

        assert pause_s is not None
        assert 38 < pause_s <= 40


class TestMissingFields:
    """An answer that cannot be used: a read is asked again, a write is looked up."""

    def test_read_is_unreadable_and_not_sent(self) -> None:
        with wire(says("200 OK", b"{}")) as server, pytest.raises(UpstreamUnreadable) as caught:
            make_session(server.url).call(READ, lacks_id)

        assert caught.value.sent is False
        assert caught.value.detail == "The answer of veeqo lacks $.id."
        assert caught.value.operation == "veeqo.get_order"

    def test_write_may_have_happened(self) -> None:
        with wire(says("201 Created", b"{}")) as server, pytest.raises(UpstreamMalformed) as caught:
            make_session(server.url).call(WRITE, lacks_id)

        assert caught.value.sent is True

    def test_record_names_the_fault(self) -> None:
        ledger = Ledger()
        with wire(says("200 OK", b"{}")) as server, pytest.raises(UpstreamUnreadable):
            make_session(server.url, ledger).call(READ, lacks_id)

        assert [call.error_code for call in ledger.calls] == ["upstream.malformed"]


def lacks_id(answer: object) -> None:
    raise malformed("veeqo", "get_order", "$.id")


# A body that is announced and never comes, as some servers do it.
CHUNKS_AFTER_204 = then_waits(b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n")


class TestEmptyAnswers:
    @pytest.mark.parametrize(
        "script", [says("204 No Content"), says("200 OK", b"  \n"), CHUNKS_AFTER_204]
    )
    def test_success_without_a_body_is_a_success(self, script: Script) -> None:
        with wire(script) as server:
            answer = make_session(server.url).call(WRITE, body_of)

        assert answer is None
