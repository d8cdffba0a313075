"""How calls are sent and what is kept of them: the key, the pool, the record, TLS."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import ssl
import subprocess
import threading
import traceback
from pathlib import Path
from typing import Any

import pytest

from carriers.errors import UpstreamError, UpstreamRefused, UpstreamUnclear, UpstreamUnreachable
from carriers.tests.border import (
    KEY,
    Ledger,
    body_of,
    make_session,
    read_spec,
    write_spec,
)
from carriers.tests.wire import read_request, says, wire
from carriers.transport import PunctualAdapter, new_session


class TestRequest:
    def test_carries_key_body_and_what_is_accepted(self) -> None:
        with wire(says("200 OK", b"{}")) as server:
            make_session(server.url).call(write_spec(headers={"Idempotency-Key": "k1"}), body_of)

        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        assert lines[0] == "POST /orders HTTP/1.1"
        assert f"x-api-key: {KEY}" in lines
        assert "User-Agent: shipping-automation/test" in lines
        assert "Accept: application/json" in lines
        assert "Content-Type: application/json" in lines
        assert "Idempotency-Key: k1" in lines
        assert body == b'{"order": {"number": "SHOP-1"}}'

    def test_query_is_encoded(self) -> None:
        spec = read_spec(params=(("query", "#P-1 2"), ("channel_ids[]", "7")))
        with wire(says("200 OK", b"[]")) as server:
            make_session(server.url).call(spec, body_of)

        line = server.requests[0].split(b"\r\n")[0]
        assert line == b"GET /orders/1?query=%23P-1+2&channel_ids%5B%5D=7 HTTP/1.1"

    def test_proxy_of_the_environment_is_not_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        with wire(says("200 OK", b"{}")) as server:
            answer = make_session(server.url).call(read_spec(), body_of)

        assert answer == {}


class TestRecord:
    def test_one_call_is_one_record(self) -> None:
        ledger = Ledger()
        answer = b'{"id": 7, "customer": {"email": "ines@example.com", "full_name": "Ines Calder"}}'
        script = says("201 Created", answer, "X-Request-Id: abc", "Content-Type: application/json")
        body = {"order": {"number": "SHOP-1", "deliver_to_attributes": {"first_name": "Ines"}}}

        with wire(script) as server:
            make_session(server.url, ledger).call(write_spec(body=body), body_of)

        (call,) = ledger.calls
        assert (call.platform, call.operation) == ("veeqo", "veeqo.create_order")
        assert (call.method, call.path, call.http_status) == ("POST", "/orders", 201)
        assert call.request_body == (
            '{"order": {"number": "SHOP-1", "deliver_to_attributes": {"first_name": "[hidden]"}}}'
        )
        assert call.response_body == (
            '{"id": 7, "customer": {"email": "[hidden]", "full_name": "[hidden]"}}'
        )
        assert (call.request_id, call.error_code) == ("abc", "")

    def test_call_without_an_answer_is_recorded(self) -> None:
        ledger = Ledger()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]

        with pytest.raises(UpstreamUnreachable):
            make_session(f"http://127.0.0.1:{port}", ledger).call(read_spec(), body_of)

        (call,) = ledger.calls
        assert (call.http_status, call.error_code) == (0, "upstream.unreachable")

    def test_refusal_is_recorded(self) -> None:
        ledger = Ledger()
        with wire(says("404 Not Found", b"{}")) as server, pytest.raises(UpstreamRefused):
            make_session(server.url, ledger).call(read_spec(), body_of)

        (call,) = ledger.calls
        assert (call.http_status, call.error_code) == (404, "upstream.not_found")

    def test_page_and_file_are_recorded_by_size_only(self) -> None:
        ledger = Ledger()
        page = says("502 Bad Gateway", b"<html>Ines</html>", "Content-Type: text/html")
        with wire(page) as server, pytest.raises(UpstreamUnclear):
            make_session(server.url, ledger).call(write_spec(), body_of)

        assert ledger.calls[0].response_body == "<17 bytes of text/html>"

    def test_store_that_fails_does_not_take_the_answer_away(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        def full_disk(call: object) -> None:
            raise OSError("no space left")

        with wire(says("200 OK", b'{"id": 7420551}')) as server:
            session = make_session(server.url, full_disk)  # type: ignore[arg-type]
            answer = session.call(write_spec(), body_of)

        assert answer == {"id": 7420551}
        assert "platform call not recorded" in caplog.messages


class TestKeyStaysHidden:
    def test_echoed_key_is_in_no_record_and_no_message(self) -> None:
        ledger = Ledger()
        echo = f'{{"error_messages": ["The key {KEY} may not do this"]}}'.encode()
        spec = read_spec(params=(("q", KEY),))

        with wire(says("403 Forbidden", echo)) as server, pytest.raises(UpstreamRefused) as caught:
            make_session(server.url, ledger).call(spec, body_of)

        assert caught.value.detail == "The key [hidden] may not do this"
        assert KEY not in repr(ledger.calls)

    def test_key_is_in_no_log_line(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        with wire(says("200 OK", b"{}")) as server:
            make_session(server.url).call(write_spec(), body_of)

        lines = [record for record in caplog.records if record.message == "platform call"]
        assert [line.__dict__["operation"] for line in lines] == ["veeqo.create_order"]
        assert KEY not in repr([record.__dict__ for record in caplog.records])

    @pytest.mark.parametrize("key", [f"{KEY}\n", f" {KEY}", f"{KEY}…"])
    def test_key_that_fits_no_header_is_not_quoted(self, key: str) -> None:
        with wire(says("200 OK", b"{}")) as server, pytest.raises(UpstreamUnreachable) as caught:
            make_session(server.url, key=key).call(write_spec(), body_of)

        assert caught.value.sent is False
        assert KEY not in "".join(traceback.format_exception(caught.value))
        assert b"".join(server.requests).strip() == b""


class TestPool:
    def test_connection_is_used_again(self) -> None:
        connections: list[int] = []

        def answers_twice(connection: socket.socket) -> None:
            connections.append(connection.fileno())
            for _ in range(2):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                read_request(connection)

        with wire(answers_twice) as server:
            session = make_session(server.url)
            answers = [session.call(read_spec(), body_of) for _ in range(2)]

        assert answers == [{}, {}]
        assert len(connections) == 1

    def test_holds_twenty_connections_and_checks_certificates(self) -> None:
        session = new_session()

        adapter = session.get_adapter("https://veeqo.example")
        assert isinstance(adapter, PunctualAdapter)
        assert adapter.poolmanager.connection_pool_kw["maxsize"] == 20
        assert adapter.max_retries.total == 0
        assert session.verify is True
        assert session.trust_env is False

    def test_forked_process_opens_its_own_connections(self) -> None:
        session = make_session("http://127.0.0.1:9")
        ours = session._pool()
        reader, writer = os.pipe()

        child = os.fork()
        if child == 0:
            is_own = session._pool() is not ours
            os.write(writer, b"1" if is_own else b"0")
            os._exit(0)
        os.waitpid(child, 0)

        assert os.read(reader, 1) == b"1"
        assert session._pool() is ours


def test_certificate_that_nobody_signed_stops_the_call_before_it_is_sent(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is needed to make a certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(make_certificate(tmp_path))
    received: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=shake_hands, args=(context, listener, received))
        server.start()
        session = make_session(f"https://127.0.0.1:{listener.getsockname()[1]}")

        with pytest.raises(UpstreamError) as caught:
            session.call(write_spec(), body_of)
        server.join(timeout=5)

    assert type(caught.value) is UpstreamUnreachable
    assert received == [b""]


def make_certificate(folder: Path) -> Path:
    """A certificate with its key in one file, signed by itself."""
    path = folder / "server.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1"
    subprocess.run(
        [*command.split(), "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True,
        capture_output=True,
    )
    path.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return path


def shake_hands(context: ssl.SSLContext, listener: socket.socket, received: list[Any]) -> None:
    connection, _ = listener.accept()
    with connection:
        try:
            with context.wrap_socket(connection, server_side=True) as tls:
                received.append(tls.recv(1))
        except OSError:
            received.append(b"")
