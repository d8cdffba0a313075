"""One id for a request and all that follows from it."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from shipping_project.kernel.logs import LineFormatter, RequestIdFilter
from shipping_project.kernel.request_id import (
    RequestIdMiddleware,
    bind_request_id,
    current_request_id,
)


def answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse(current_request_id())


def ask(offered: str) -> HttpResponse:
    request = RequestFactory().get("/", headers={"X-Request-ID": offered})
    return RequestIdMiddleware(answer)(request)


def test_a_well_formed_id_is_taken_over_and_sent_back() -> None:
    response = ask("trace-2026.01_A")

    assert response["X-Request-ID"] == "trace-2026.01_A"
    assert response.content == b"trace-2026.01_A"


@pytest.mark.parametrize("offered", ["", "short", "x" * 65, "has space in it", "line\tbreak-x"])
def test_any_other_is_replaced(offered: str) -> None:
    response = ask(offered)

    assert re.fullmatch(r"[0-9a-f]{32}", response["X-Request-ID"])
    assert response.content.decode() == response["X-Request-ID"]


def test_outside_a_request_there_is_none() -> None:
    ask("trace-2026")

    assert current_request_id() == ""


def test_every_log_line_bears_it() -> None:
    logging_settings: Any = settings.LOGGING
    handlers = logging_settings["handlers"].values()
    record = logging.makeLogRecord({"msg": "command delivered", "name": "worker"})

    with bind_request_id("trace-2026"):
        RequestIdFilter().filter(record)

    assert LineFormatter().format(record).endswith("command delivered request_id=trace-2026")
    assert [handler["filters"] for handler in handlers] == [["request_id"]] * len(handlers)


def test_bindings_nest() -> None:
    with bind_request_id("outer-one"):
        with bind_request_id("inner-one"):
            inner = current_request_id()
        outer = current_request_id()

    assert (inner, outer) == ("inner-one", "outer-one")
