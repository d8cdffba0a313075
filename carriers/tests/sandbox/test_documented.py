"""The page about the twin (docs/twin.md) against its code, in both directions."""

from __future__ import annotations

import json
import os
import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from carriers.sandbox import scenarios
from carriers.sandbox.__main__ import main
from carriers.sandbox.control import CALLS
from carriers.sandbox.easyship import EasyshipDialect, LegacyDialect
from carriers.sandbox.easyship.legacy import MISSING as NOT_IN_OLD
from carriers.sandbox.faults import EFFECTS, OF_WEBHOOKS, PLAYED, STATUSED, TIMED, Fault
from carriers.sandbox.veeqo import VeeqoDialect
from carriers.sandbox.wire import Dialect
from carriers.sandbox.world import CHOICES, PRESETS, Options
from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox.openapi import OpenApi
from carriers.tests.sandbox.running import RunningTwin

PAGE = (Path(__file__).parents[3] / "docs" / "twin.md").read_text(encoding="utf-8")
DOCUMENT = os.environ.get("EASYSHIP_OPENAPI", "")


def section(title: str) -> str:
    """What stands below a heading, up to the next one."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found, f"the page has no {title}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The lines of its tables whose first cell is code, without the marks of code there."""
    lines = (line.strip("|").split("|") for line in text.splitlines() if line.startswith("| `"))
    cells = ([cell.strip() for cell in line] for line in lines)
    return [[line[0].partition(" (")[0].strip("`"), *line[1:]] for line in cells]


def table(text: str) -> dict[str, list[str]]:
    found = rows(text)
    told = {name: cells for name, *cells in found}
    assert len(told) == len(found), "something stands there twice"
    return told


def blocks(text: str) -> list[list[str]]:
    return [block.strip().splitlines() for block in re.findall(r"```\n(.*?)```", text, re.DOTALL)]


def routes(dialect: Dialect) -> set[str]:
    return {f"{route.method} {route.pattern}" for route in dialect.routes}


def test_every_effect_is_told_in_its_group() -> None:
    parts = re.split(
        r"^(?:Any call|Purchases of labels|Webhooks)[:,]", section("Faults"), flags=re.MULTILINE
    )

    groups = [set(table(part)) for part in parts[1:]]

    any_call = set(EFFECTS) - PLAYED - OF_WEBHOOKS
    assert groups == [any_call, set(PLAYED), set(OF_WEBHOOKS)]


def test_effects_say_what_they_need() -> None:
    told = {name: cells[1] for name, cells in table(section("Faults")).items() if name in EFFECTS}

    assert {name for name, needs in told.items() if needs == "`status`"} == STATUSED
    assert {name for name, needs in told.items() if needs == "`seconds`"} == TIMED


def test_every_field_of_a_fault_is_told_with_its_default() -> None:
    told = {name: cells[0] for name, cells in table(section("Faults")).items() if len(cells) == 2}
    wanted = {
        field.name: "needed" if field.default is MISSING else f"`{json.dumps(field.default)}`"
        for field in fields(Fault)
        if field.name not in ("seen", "met")
    }

    assert {name: told.get(name) for name in wanted} == wanted
    assert set(told) - set(EFFECTS) == set(wanted)


def test_every_option_is_told_with_its_default_and_values() -> None:
    told = {name: cells[:2] for name, cells in table(section("Options")).items()}
    kinds = {"bool": "true, false", "int": "a whole number", "float": "a number", "str": "text"}

    assert told == {
        field.name: [
            f"`{json.dumps(field.default)}`",
            ", ".join(f"`{json.dumps(value)}`" for value in CHOICES.get(field.name, ()))
            or kinds[str(field.type)],
        ]
        for field in fields(Options)
    }


def test_every_control_call_is_told() -> None:
    names = [
        re.match(r"\| `(\w+)(?: ([^`]+))?`", line) for line in section("Control calls").splitlines()
    ]

    told = [(found[1], found[2] or "") for found in names if found]

    assert sorted(told) == sorted(CALLS)


def test_every_preset_is_told_with_its_limits() -> None:
    names = ("enforce_limits", "veeqo_burst", "easyship_per_second", "easyship_per_minute")

    assert table(section("Limits")) == {
        preset: [f"`{json.dumps(limits[n])}`" if n in limits else "as before" for n in names]
        for preset, limits in PRESETS.items()
    }


def test_every_scenario_is_told_in_its_own_words() -> None:
    assert table(section("Scenarios")) == {
        row["name"]: [row["about"]] for row in scenarios.shipped()
    }


def test_every_argument_and_variable_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    arguments = set(re.findall(r"^  (--\w+)", capsys.readouterr().out, re.MULTILINE))

    told = set(table(section("Start it alone")))

    assert {name for name in told if name.startswith("--")} == arguments
    assert {name for name in told if name.isupper()} == {
        "VEEQO_API_KEY", "EASYSHIP_API_TOKEN", "SANDBOX_CONTROL_TOKEN",
    }  # fmt: skip


def test_every_route_is_told() -> None:
    now, only_before, veeqo = blocks(section("What is served"))

    assert set(now) == routes(EasyshipDialect())
    assert set(only_before) == routes(LegacyDialect()) - routes(EasyshipDialect())
    assert set(veeqo) == routes(VeeqoDialect())


def test_what_the_version_before_lacks_is_told() -> None:
    text = section("What is served").partition("Below `/2023-01`")[2].partition("and with:")[0]

    assert set(re.findall(r"`([^`]+)`", text)) == NOT_IN_OLD


@pytest.mark.skipif(not DOCUMENT, reason="EASYSHIP_OPENAPI does not say where the document is")
def test_what_is_not_served_is_told() -> None:
    [told] = blocks(section("Known deviations"))

    every = {f"{method} {path}" for method, path in OpenApi(Path(DOCUMENT)).operations()}

    served = {re.sub(r"{\w+}", "{}", route) for route in routes(EasyshipDialect())}
    assert set(told) == {one for one in every if re.sub(r"{\w+}", "{}", one) not in served}


def test_the_report_and_the_log_hold_what_is_told(twin: RunningTwin) -> None:
    parts = re.split(
        r"^(?:- |`GET requests`)", section("What it tells a judge"), flags=re.MULTILINE
    )
    bookings, labels, rest, clock, log = (set(re.findall(r"`(\w+)`", part)) for part in parts[1:])
    twin.easyship("POST", "/shipments", bodies.bought_now())

    report = twin.report()
    [call] = twin.control("GET", "requests")["requests"]

    assert bookings == {"bookings", *report["bookings"][0]}
    assert labels - {"bought", "voided"} == {"labels", *report["labels"][0]}
    assert rest | clock | {"bookings", "labels"} == set(report)
    assert log == set(call)


def test_the_links_of_the_page_lead_somewhere() -> None:
    headings = {
        title.lower().replace(" ", "-") for title in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    }

    assert set(re.findall(r"\]\(#([\w-]+)\)", PAGE)) <= headings
