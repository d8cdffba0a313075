"""The table of calls is whole: no method of a client without its four tests."""

from __future__ import annotations

from collections import Counter

import pytest

from carriers.tests.border import CaseChecks
from carriers.tests.call_table import CLIENTS, called_by, cases_of, modules_of, public_methods

# The tests that `CaseChecks` has for each entry: what is sent, where to, what comes of it.
FOUR = {
    "test_request_is_built",
    "test_address_is_called",
    "test_answer_is_read",
    "test_refusal_is_told",
}


@pytest.mark.parametrize("platform", CLIENTS)
class TestTable:
    def test_every_public_method_is_in_it_and_nothing_else(self, platform: str) -> None:
        assert called_by(platform).keys() == public_methods(CLIENTS[platform])

    def test_every_module_walks_its_cases_through_all_four_tests(self, platform: str) -> None:
        for module in modules_of(platform):
            walkers = [
                mark.args[1]
                for holder in vars(module).values()
                if isinstance(holder, type) and issubclass(holder, CaseChecks)
                for mark in getattr(holder, "pytestmark", [])
                if mark.name == "parametrize"
            ]

            assert module.CASES in walkers, module.__name__
        assert {name for name in dir(CaseChecks) if name.startswith("test_")} == FOUR

    def test_names_are_unique(self, platform: str) -> None:
        names = Counter(case.name for case in cases_of(platform))

        assert {name for name, count in names.items() if count > 1} == set()
