"""A scenario: options and faults under one name and seed, to be saved, loaded and played again."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from carriers.sandbox.world import Options, World

FOLDER = Path(__file__).parent / "scenarios"
KEYS = frozenset({"name", "about", "seed", "options", "faults"})
SETTING = "scenario"
# Far enough apart that the seeds of two scenarios share no fault.
SPREAD = 1009
Scenario = dict[str, Any]


def shipped() -> list[Scenario]:
    """Those that come with the twin, by name."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")]
    return sorted(found, key=lambda scenario: str(scenario["name"]))


def load(world: World, given: Scenario) -> Scenario:
    """In place of all faults and options that were set; what is held and the clock stay.

    `given` is a scenario, or only the name of one that comes with the twin, perhaps with another
    `seed`. Raises ValueError for what makes no sense, and then nothing has changed.
    """
    unknown = set(given) - KEYS
    if unknown:
        raise ValueError(f"a scenario has no {', '.join(sorted(unknown))}")
    if "faults" not in given and "options" not in given:
        given = _named(str(given.get("name", ""))) | given
    seed = given.get("seed", 0)
    faults, options = given.get("faults", []), given.get("options", {})
    if type(seed) is not int or not isinstance(faults, list) or not isinstance(options, dict):
        raise ValueError("seed is a whole number, faults a list, options an object")
    with world.store.transaction():
        world.change_options(options, anew=True)
        world.faults.replace(
            [{"seed": seed * SPREAD + place} | fault for place, fault in enumerate(faults)]
        )
        told = {"name": str(given.get("name", "")), "about": str(given.get("about", ""))}
        world.store.put("setting", SETTING, told | {"seed": seed})
    return saved(world)


def _named(name: str) -> Scenario:
    for scenario in shipped():
        if scenario["name"] == name:
            return scenario
    raise ValueError(f"there is no scenario {name!r}")


def saved(world: World) -> Scenario:
    """What is set now, so that loading it plays the same again from the first call on."""
    defaults = asdict(Options())
    options = {k: v for k, v in asdict(world.options).items() if v != defaults[k]}
    kept = world.store.get("setting", SETTING) or {"name": "", "about": "", "seed": 0}
    return kept | {"options": options, "faults": world.faults.given()}
