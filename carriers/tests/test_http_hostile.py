"""Whatever a server does: an answer, or the error that says whether something may have happened."""

from __future__ import annotations

import socket
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from carriers.errors import (
    UpstreamError,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamUnavailable,
    UpstreamUnclear,
)
from carriers.exchange import CallSpec, HttpAnswer, RecordedCall
from carriers.http import MAX_ANSWER_BYTES, PlatformSession
from carriers.readers import Reader, text_of
from carriers.tests.border import KEY, Ledger, make_session, read_spec, write_spec
from carriers.tests.hostile import (
    GOOD,
    JSON,
    NEVER_ENDS,
    NO_ANSWER,
    OK,
    READABLE,
    TOO_LARGE,
    floods,
    sends,
    whole,
)
from carriers.tests.wire import Script, closes, read_request, says, wire

# Far beyond every deadline of these calls: who is not back by then hangs.
PATIENCE_S = 30.0
SPECS = {"read": read_spec(), "write": write_spec()}
KINDS: dict[str, type[UpstreamError]] = {"read": UpstreamUnavailable, "write": UpstreamUnclear}


def id_of(answer: HttpAnswer) -> str:
    return Reader(answer.body, platform="veeqo", operation="get_order").need_ref("id")


def played(
    script: Script, spec: CallSpec, ledger: Ledger | None = None, patience_s: float = 10
) -> str | UpstreamError:
    """What a call comes to, at a server of its own."""
    with wire(script) as server:
        session = make_session(
            server.url, ledger, connect_timeout_s=patience_s, read_timeout_s=patience_s
        )
        return outcome(session, spec)


def outcome(session: PlatformSession, spec: CallSpec) -> str | UpstreamError:
    """The id that was read, or the error. Anything else is raised."""

    def call() -> str | UpstreamError:
        try:
            return session.call(spec, id_of)
        except UpstreamError as exc:
            return exc

    return within_patience(call)


def within_patience(call: Callable[[], str | UpstreamError]) -> str | UpstreamError:
    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(call).result(timeout=PATIENCE_S)
    finally:
        pool.shutdown(wait=False)


@pytest.mark.parametrize("what", SPECS)
@pytest.mark.parametrize("server", NO_ANSWER)
def test_no_clear_answer(server: str, what: str) -> None:
    """A read is asked again; a write may have happened, and the platform is asked about it."""
    ledger = Ledger()

    failure = played(NO_ANSWER[server], SPECS[what], ledger)

    assert type(failure) is KINDS[what]
    assert failure.sent is (what == "write")
    [call] = ledger.calls
    assert call.error_code == failure.code


@pytest.mark.parametrize("what", SPECS)
@pytest.mark.parametrize("server", NEVER_ENDS)
def test_answer_without_an_end_is_cut_off(server: str, what: str) -> None:
    failure = played(NEVER_ENDS[server], SPECS[what], patience_s=0.2)

    assert type(failure) is KINDS[what]


@pytest.mark.parametrize("bomb", ["a gzip bomb", "a bomb in a bomb"])
def test_bomb_is_not_unpacked_whole(bomb: str) -> None:
    tracemalloc.start()
    try:
        failure = played(TOO_LARGE[bomb], write_spec())
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert type(failure) is UpstreamUnclear
    assert failure.detail == "veeqo sent too large an answer."
    assert most < 20_000_000


@pytest.mark.parametrize("what", SPECS)
@pytest.mark.parametrize("server", READABLE)
def test_odd_answer_that_can_be_read(server: str, what: str) -> None:
    ledger = Ledger()

    assert played(READABLE[server], SPECS[what], ledger) == "7"
    [call] = ledger.calls
    assert call.error_code == ""
    assert is_storable(call)


def is_storable(call: RecordedCall) -> bool:
    texts = (call.path, call.request_body, call.response_body, call.request_id)
    return all(text_of(text) == text for text in texts)


@pytest.mark.parametrize("what", SPECS)
def test_connection_that_is_closed_before_the_request_was_read(what: str) -> None:
    with wire(closes, listens=False) as server:
        failure = outcome(make_session(server.url), SPECS[what])

    assert type(failure) is KINDS[what]


@pytest.mark.parametrize("what", SPECS)
def test_line_that_never_ends_is_cut_off_long_before_the_deadline(what: str) -> None:
    script = NEVER_ENDS["a chunk's size that never ends"]
    with wire(script) as server:
        session = make_session(server.url, read_timeout_s=PATIENCE_S)
        failure = outcome(session, SPECS[what])

    assert type(failure) is KINDS[what]


@pytest.mark.parametrize("what", SPECS)
def test_answer_of_more_than_twenty_megabytes_is_not_read(what: str) -> None:
    with wire(floods(OK + b"Content-Type: application/json\r\n\r\n", b" " * 65536)) as server:
        session = make_session(
            server.url, read_timeout_s=PATIENCE_S, max_answer_bytes=MAX_ANSWER_BYTES
        )
        failure = outcome(session, SPECS[what])

    assert type(failure) is KINDS[what]
    assert failure.detail == "veeqo sent too large an answer."


EARLY = {
    "early hints": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n",
    "a body after 204": b"HTTP/1.1 204 No Content\r\nContent-Length: 900\r\n\r\n",
    "chunks after 204": b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
}


@pytest.mark.parametrize("first", EARLY)
def test_what_comes_late_is_not_taken_for_the_answer_to_the_next_call(first: str) -> None:
    def script(connection: socket.socket) -> None:
        connection.sendall(EARLY[first])
        if read_request(connection).strip():
            whole(GOOD)(connection)

    with wire(script) as server:
        session = make_session(server.url)
        failures = [outcome(session, write_spec()) for _ in range(2)]

    assert all(isinstance(failure, UpstreamUnclear) for failure in failures)
    assert len(server.requests) == 2


def test_cookie_is_not_kept() -> None:
    with wire(READABLE["a cookie"]) as server:
        session = make_session(server.url)
        for _ in range(2):
            session.call(read_spec(), id_of)

    assert b"cookie" not in b"".join(server.requests).lower()


PAUSES: dict[str, float | None] = {
    "": None,
    "soon": None,
    "-5": None,
    "1e9": None,
    "²": None,
    "5 seconds": None,
    "0": 0.2,
    "7": 7.0,
    "9" * 400: 120.0,
    "Mon, 01 Jan 2001 00:00:00 GMT": 0.2,
    "Fri, 31 Dec 9999 23:59:59 GMT": 120.0,
    "Mon, 01 Jan 99999999999999 00:00:00 GMT": None,
    "Mon, 01 Jan 2026 00:00:00 +99999999999999": None,
    "Mon, 45 Foo 2026 99:99:99 GMT": None,
}


@pytest.mark.parametrize("what", SPECS)
@pytest.mark.parametrize("told", PAUSES, ids=[text[:40] or "nothing" for text in PAUSES])
def test_pause_that_is_asked_for_is_borne(told: str, what: str) -> None:
    script = sends(f"HTTP/1.1 429 Too Many\r\nRetry-After: {told}\r\n\r\n".encode("latin-1"))

    failure = played(script, SPECS[what])

    assert type(failure) is UpstreamRateLimited
    assert failure.sent is False
    assert failure.retry_after_s == PAUSES[told]


ESCAPED = "".join(f"\\u{ord(letter):04x}" for letter in KEY)
ECHOES: dict[str, Script] = {
    "in the words of a refusal": says("422 No", f'{{"error": "no {KEY}"}}'.encode(), JSON),
    "in the words, escaped": says("422 No", f'{{"error": "no {ESCAPED}"}}'.encode(), JSON),
    "in a broken body": says("422 No", f"{{{KEY}".encode(), JSON),
    "as a key": says("200 OK", f'{{"id": 7, "{KEY}": 1}}'.encode(), JSON),
    "in the number of the request": whole(GOOD, f"X-Request-Id: {KEY}"),
    "in the type of the answer": says("500 No", b"<html>", f"Content-Type: text/{KEY}"),
    "in the reason": says(f"500 {KEY}", b""),
    "in the status line": sends(f"HTTP/1.1 {KEY}\r\n\r\n".encode()),
    "in a header that is none": sends(OK + f"{KEY}\r\nContent-Length: nine\r\n\r\n".encode()),
    "in two lengths": sends(OK + f"Content-Length: 7, {KEY}, 9\r\n\r\n".encode()),
    "in the place to go to": says("302 Found", b"", f"Location: http://127.0.0.1:9/{KEY}"),
    "where the record is cut": whole(b'{"id": 7, "a": "' + b"x" * 19_972 + KEY.encode() + b'"}'),
    "where a broken one is cut": whole(b'{"id": 7, "a": "' + b"x" * 19_972 + KEY.encode()),
}


@pytest.mark.parametrize("what", SPECS)
@pytest.mark.parametrize("where", ECHOES)
def test_key_that_is_echoed_is_neither_kept_nor_told(where: str, what: str) -> None:
    ledger = Ledger()

    result = played(ECHOES[where], SPECS[what], ledger)

    [call] = ledger.calls
    beginning = KEY[:8]
    assert beginning not in repr(call)
    assert beginning not in str(result)


def test_words_of_a_refusal_can_be_kept_by_any_database() -> None:
    body = b'{"error": "No \\u0000 such \\ud83e street"}'

    failure = played(says("422 No", body, JSON), write_spec())

    assert type(failure) is UpstreamRefused
    assert failure.detail == "No  such ? street"
