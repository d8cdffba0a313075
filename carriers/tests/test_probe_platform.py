"""`manage.py probe_platform` against the twin: what it finds, and what it says when it does not."""

from __future__ import annotations

import io
import json
import socket
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import responses
from django.core.management import call_command
from django.core.management.base import CommandError

from carriers.tests.border import fixture
from carriers.tests.own_twin import twin_of
from carriers.tests.wire import says, wire

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.VEEQO_API_KEY, settings.EASYSHIP_API_TOKEN = "vk-probe", "ek-probe"
    settings.VEEQO_CHANNEL_ID = 0


def probed(platform: str) -> tuple[list[str], str]:
    """The lines printed, and the complaint at the end, empty where all is well."""
    out = io.StringIO()
    complaint = ""
    try:
        call_command("probe_platform", platform, stdout=out)
    except CommandError as exc:
        complaint = str(exc)
    return out.getvalue().splitlines(), complaint


class TestReady:
    def test_veeqo_is_ready(self, settings: Any, tmp_path: Path) -> None:
        with twin_of(tmp_path) as url:
            settings.VEEQO_BASE_URL = url
            lines, complaint = probed("veeqo")

        assert complaint == ""
        assert lines[:4] == [
            f"Veeqo at {url}",
            f"ok   key: accepted by {url}",
            "ok   store: orders go to Web shop (40233)",
            "ok   warehouses: Reno DC, Ontario DC, Buffalo DC, London DC",
        ]
        assert [line[:4] for line in lines[4:]] == ["ok  ", "ok  "]

    def test_easyship_is_ready(self, settings: Any, tmp_path: Path) -> None:
        with twin_of(tmp_path) as url:
            settings.EASYSHIP_BASE_URL = url
            lines, complaint = probed("easyship")

        assert complaint == ""
        assert [line.split(":")[0] for line in lines[1:]] == [
            "ok   key",
            "ok   credit",
            "ok   courier services",
            "ok   saved addresses",
            "ok   shipments",
        ]

    @pytest.mark.parametrize("platform", ["veeqo", "easyship"])
    def test_nothing_is_changed_there(self, settings: Any, tmp_path: Path, platform: str) -> None:
        with twin_of(tmp_path) as url:
            settings.VEEQO_BASE_URL = settings.EASYSHIP_BASE_URL = url
            probed(platform)
            with urllib.request.urlopen(f"{url}/__twin__/requests", timeout=10) as answer:
                asked = json.load(answer)["requests"]

        assert len(asked) == 5
        assert {row["method"] for row in asked} == {"GET"}


class TestNotReady:
    @pytest.mark.parametrize(
        ("platform", "words"),
        [
            ("veeqo", "Make a key in Veeqo under Settings, Users, and set VEEQO_API_KEY."),
            (
                "easyship",
                "Make a token in Easyship under Connect, API, and set EASYSHIP_API_TOKEN.",
            ),
        ],
    )
    def test_refused_key_ends_it(
        self, settings: Any, tmp_path: Path, platform: str, words: str
    ) -> None:
        settings.VEEQO_API_KEY = settings.EASYSHIP_API_TOKEN = "wrong-key"
        with twin_of(tmp_path) as url:
            settings.VEEQO_BASE_URL = settings.EASYSHIP_BASE_URL = url
            lines, complaint = probed(platform)

        assert complaint == "Not ready; checks that failed: 1."
        assert len(lines) == 2
        assert lines[1].startswith("FAIL key: The key is refused (")
        assert lines[1].endswith(words)
        assert "wrong-key" not in lines[1]

    @pytest.mark.parametrize("platform", ["veeqo", "easyship"])
    def test_unreachable_host_ends_it(self, settings: Any, platform: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings.VEEQO_BASE_URL = settings.EASYSHIP_BASE_URL = url

        lines, complaint = probed(platform)

        assert complaint == "Not ready; checks that failed: 1."
        assert lines[1:] == [
            f"FAIL key: {url} cannot be reached. Check the address, the network and its firewall."
        ]

    def test_other_host_is_told(self, settings: Any) -> None:
        with wire(says("200 OK", b'{"hello": "world"}')) as server:
            settings.VEEQO_BASE_URL = server.url
            lines, _ = probed("veeqo")

        assert lines[1] == (
            f"FAIL key: {server.url} answers, but not as Veeqo does. Is the address right?"
        )

    def test_missing_direct_store_is_told(self, settings: Any, tmp_path: Path) -> None:
        with twin_of(tmp_path, channels=[]) as url:
            settings.VEEQO_BASE_URL = url
            lines, complaint = probed("veeqo")

        assert complaint == "Not ready; checks that failed: 1."
        assert lines[2] == (
            "FAIL store: There is no active direct store. Make one in Veeqo, "
            "or set VEEQO_CHANNEL_ID."
        )

    def test_configured_store_that_is_not_there_is_told(
        self, settings: Any, tmp_path: Path
    ) -> None:
        settings.VEEQO_CHANNEL_ID = 999
        with twin_of(tmp_path) as url:
            settings.VEEQO_BASE_URL = url
            lines, complaint = probed("veeqo")

        assert complaint == "Not ready; checks that failed: 1."
        assert lines[2] == (
            "FAIL store: VEEQO_CHANNEL_ID is 999, but there is no such active store."
        )

    def test_empty_account_is_told(self, settings: Any, tmp_path: Path) -> None:
        with twin_of(tmp_path, channels=[], warehouses=[], products=[]) as url:
            settings.VEEQO_BASE_URL = url
            lines, complaint = probed("veeqo")

        assert complaint == "Not ready; checks that failed: 3."
        assert lines[3:5] == [
            "FAIL warehouses: There is no warehouse. Make one in Veeqo before shipping from it.",
            "FAIL products: There is no product, and an order can only hold what is listed there.",
        ]

    def test_missing_funds_and_services_are_told(self, settings: Any) -> None:
        settings.EASYSHIP_BASE_URL = "https://easyship.example"
        base = "https://easyship.example/2024-09"
        spent = {"credit": {"balance": 5, "available_balance": 0, "currency": "USD"}}
        with responses.RequestsMock() as platform:
            platform.add("GET", f"{base}/account", json=fixture("easyship/get_account"))
            platform.add("GET", f"{base}/account/credit", json=spent)
            platform.add("GET", f"{base}/courier_services", json={"courier_services": []})
            platform.add("GET", f"{base}/addresses", json=fixture("easyship/list_addresses"))
            platform.add("GET", f"{base}/shipments", json={"shipments": []})
            lines, complaint = probed("easyship")

        assert complaint == "Not ready; checks that failed: 2."
        assert lines[1:5] == [
            "ok   key: accepted for Northwind Kites (CUS0012345)",
            "FAIL credit: 0.00 USD available: no label can be bought. Add funds.",
            "FAIL courier services: No courier service is active. Switch one on in Easyship.",
            "ok   saved addresses: 1 saved",
        ]

    def test_busy_platform_is_told_with_its_pause(self, settings: Any) -> None:
        with wire(says("429 Too Many Requests", b"", "Retry-After: 7")) as server:
            settings.VEEQO_BASE_URL = server.url
            lines, _ = probed("veeqo")

        assert lines[1] == "FAIL key: It asks to slow down; try again in 7 s."

    def test_unknown_platform_is_refused(self) -> None:
        with pytest.raises(CommandError):
            call_command("probe_platform", "fedex")
