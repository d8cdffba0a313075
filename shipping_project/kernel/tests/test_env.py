"""The environment, typed; what is wrong with it is said once and all together."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipping_project.env import Environment


def test_text_is_stripped_and_has_a_default() -> None:
    env = Environment({"A": "  x \n", "B": "   "})

    assert (env.text("A"), env.text("B", "y"), env.text("C", "z")) == ("x", "y", "z")


def test_a_value_may_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("from the file\n", encoding="utf-8")
    env = Environment({"KEY": "from the variable", "KEY_FILE": str(path)})

    assert env.text("KEY") == "from the file"
    assert env.problems == []


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    env = Environment({"KEY_FILE": str(tmp_path / "absent")})

    assert env.text("KEY") == ""
    assert env.problems == [
        f"KEY_FILE cannot be read: No such file or directory ({tmp_path / 'absent'})."
    ]


@pytest.mark.parametrize("word", ["1", "true", "YES", "On"])
def test_flags_that_are_on(word: str) -> None:
    assert Environment({"F": word}).flag("F")


@pytest.mark.parametrize("word", ["0", "false", "No", "OFF"])
def test_flags_that_are_off(word: str) -> None:
    assert not Environment({"F": word}).flag("F", default=True)


def test_a_flag_that_is_neither_is_a_problem() -> None:
    env = Environment({"F": "maybe"})

    assert not env.flag("F")
    assert env.problems == ["F must be 1 or 0, not 'maybe'."]


@pytest.mark.parametrize("word", ["many", "-1", "1.5", "0"])
def test_a_number_out_of_bounds_is_a_problem_and_the_default_holds(word: str) -> None:
    env = Environment({"N": word})

    assert env.integer("N", 7, minimum=1) == 7
    assert env.problems == ["N must be a whole number of at least 1."]


def test_words_are_split_and_stripped() -> None:
    assert Environment({"W": " a, b,,c "}).words("W") == ["a", "b", "c"]
    assert Environment({}).words("W", "x,y") == ["x", "y"]


def test_only_a_required_secret_is_missed() -> None:
    env = Environment({})

    env.secret("KEY", required=False, why="never mind.")
    env.secret("TOKEN", required=True, why="make one.")

    assert env.problems == ["TOKEN is not set: make one."]


def test_numbers_are_read_by_name() -> None:
    env = Environment({"N": "veeqo/UPS=10, usps = 28 ,"})

    assert env.numbers("N") == {"veeqo/ups": 10, "usps": 28}
    assert env.problems == []


def test_a_number_that_is_none_is_a_problem() -> None:
    env = Environment({"N": "usps=soon,dhl"})

    assert env.numbers("N") == {}
    assert env.problems == [
        "N must list name=number, and 'usps=soon' is none.",
        "N must list name=number, and 'dhl' is none.",
    ]
