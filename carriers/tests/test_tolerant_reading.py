"""Whatever one thing of an answer is other than promised: it is read, or told as unreadable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from carriers.contracts import Page, UnreadRow
from carriers.easyship.refusals import RULES as EASYSHIP_RULES
from carriers.errors import UpstreamError, UpstreamMalformed
from carriers.exchange import CallSpec, HttpAnswer
from carriers.http import PlatformSession, Result
from carriers.tests.border import VEEQO_URL, Case, Ledger
from carriers.tests.call_table import CLIENTS, cases_of, json_cases, method_of
from carriers.tests.mutations import (
    STRANGE,
    Mutation,
    Path,
    as_text,
    as_word,
    drops,
    name_of,
    paths_of,
    read_paths,
    rewritten,
    swaps,
    with_more,
)
from carriers.tests.needed_keys import NEEDED, WORDS
from carriers.veeqo.refusals import RULES as VEEQO_RULES

RULES = {"veeqo": VEEQO_RULES, "easyship": EASYSHIP_RULES}
Reader = Callable[[HttpAnswer], object]
ALL_CASES = [(platform, case) for platform in CLIENTS for case in cases_of(platform)]
YES_CASES = [(platform, case) for platform, case in ALL_CASES if case.result is None]
JSON_CASES = [(platform, case) for platform in CLIENTS for case in json_cases(platform)]


class Heard(Exception):
    """The call was listened to and goes no further."""


class ListeningSession(PlatformSession):
    """Keeps how the first call would read its answer."""

    heard: Reader

    def call(self, spec: CallSpec, parse: Callable[[HttpAnswer], Result]) -> Result:
        self.heard = parse
        raise Heard


def reader_of(platform: str, case: Case) -> Reader:
    session = ListeningSession(
        platform=platform,
        base_url=VEEQO_URL,
        headers={},
        secret="",
        connect_timeout_s=1,
        read_timeout_s=1,
        recorder=Ledger(),
        rules=RULES[platform],
    )
    with pytest.raises(Heard):
        case.call(CLIENTS[platform](session, label_timeout_s=1))
    return session.heard


def read(reader: Reader, case: Case, body: Any) -> object:
    answer = HttpAnswer(
        status=case.status, headers=case.headers, content=b"{}", body=body, is_json=True
    )
    return reader(answer)


def fault(reader: Reader, case: Case, mutation: Mutation) -> str:
    """ "" when it was read or told as unreadable; else what went wrong."""
    try:
        result = read(reader, case, mutation.body)
    except UpstreamError:
        return ""
    except Exception as exc:
        return f"{type(exc).__name__}: {exc}"[:200]
    return "" if is_storable(result) else "a value that no database can keep"


def told(reader: Reader, case: Case, mutation: Mutation) -> object:
    """The value, or the refusal to read it as a text."""
    try:
        return read(reader, case, mutation.body)
    except UpstreamError as exc:
        return exc.detail


def changed_by(reader: Reader, case: Case, mutations: Iterable[Mutation]) -> list[str]:
    """Mutations after which something else is read."""
    value = read(reader, case, case.answer)
    return [str(each) for each in mutations if told(reader, case, each) != value]


def unreadable(reader: Reader, case: Case, mutations: Iterable[Mutation]) -> set[str]:
    """Where a mutation keeps the answer from being read."""
    return {name_of(m.path) for m in mutations if isinstance(told(reader, case, m), str)}


def found_over(
    platform: str, mutations: Callable[[Case, list[Path]], Iterable[Mutation]]
) -> dict[str, set[str]]:
    """By method, where any of its cases cannot be read."""
    found: dict[str, set[str]] = {}
    for case in json_cases(platform):
        reader = reader_of(platform, case)
        paths = read_paths(case.answer, partial(read, reader, case))
        places = unreadable(reader, case, mutations(case, paths))
        if places:
            found.setdefault(method_of(case), set()).update(places)
    return found


def is_storable(value: object) -> bool:
    """Texts without NUL and half characters, numbers that fit their columns, in all parts."""
    if isinstance(value, str):
        return "\x00" not in value and value == value.encode("utf-8", "replace").decode()
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, int):
        return abs(value) < 2**31
    if isinstance(value, Decimal):
        return value.is_finite() and -30 <= value.adjusted() <= 15
    return all(is_storable(part) for part in parts_of(value))


def parts_of(value: object) -> Iterator[object]:
    if isinstance(value, UnreadRow):
        # Its value is kept as a redacted text, which may be anything.
        yield value.detail
    elif is_dataclass(value):
        yield from (getattr(value, field.name) for field in fields(value))
    elif isinstance(value, dict):
        yield from (*value, *value.values())
    elif isinstance(value, tuple | list):
        yield from value


@pytest.fixture
def reader(platform: str, case: Case) -> Reader:
    return reader_of(platform, case)


@pytest.fixture
def paths(reader: Reader, case: Case) -> list[Path]:
    return read_paths(case.answer, partial(read, reader, case))


@pytest.mark.parametrize(
    ("platform", "case"), JSON_CASES, ids=[f"{name}-{case.name}" for name, case in JSON_CASES]
)
class TestOneThingChanged:
    def test_strange_value_is_read_or_told(
        self, reader: Reader, case: Case, paths: list[Path]
    ) -> None:
        mutations = (*drops(case.answer, paths), *swaps(case.answer, paths))

        faults = {f"{each}: {wrong}" for each in mutations if (wrong := fault(reader, case, each))}

        assert sorted(faults) == []

    def test_number_in_a_text_is_the_same_number(
        self, reader: Reader, case: Case, paths: list[Path]
    ) -> None:
        mutations = rewritten(case.answer, paths, "number as text", as_text)

        assert changed_by(reader, case, mutations) == []

    def test_key_that_nobody_has_heard_of_changes_nothing(
        self, reader: Reader, case: Case, paths: list[Path]
    ) -> None:
        mutations = rewritten(case.answer, paths, "more keys", with_more)

        assert changed_by(reader, case, mutations) == []

    def test_word_that_nobody_has_heard_of_is_borne(
        self, reader: Reader, platform: str, case: Case, paths: list[Path]
    ) -> None:
        mutations = rewritten(case.answer, paths, "another word", as_word)

        assert unreadable(reader, case, mutations) <= WORDS[platform].get(method_of(case), set())

    def test_nothing_but_what_is_listed_may_not_be_missing(
        self, reader: Reader, platform: str, case: Case, paths: list[Path]
    ) -> None:
        mutations = drops(case.answer, paths)

        needed = NEEDED[platform].get(method_of(case), set())
        assert unreadable(reader, case, mutations) <= needed


@pytest.mark.parametrize("platform", CLIENTS)
class TestListsOfWhatIsNeeded:
    """The lists name nothing that could be missing after all."""

    def test_every_key_of_the_list_is_needed_somewhere(self, platform: str) -> None:
        found = found_over(platform, lambda case, paths: drops(case.answer, paths))

        assert found == NEEDED[platform]

    def test_every_word_of_the_list_matters_somewhere(self, platform: str) -> None:
        found = found_over(
            platform, lambda case, paths: rewritten(case.answer, paths, "another word", as_word)
        )

        assert found == WORDS[platform]


class TestCounts:
    """Veeqo counts pages in headers, which may hold anything."""

    @pytest.mark.parametrize("value", ["", "abc", "²", "-1", "1.5", "9" * 5000, "99999999999"])
    def test_strange_count_is_none(self, value: str) -> None:
        case = next(case for case in json_cases("veeqo") if case.name == "list_products")
        headers = {"X-Total-Count": value, "X-Total-Pages-Count": value}
        answer = HttpAnswer(status=200, headers=headers, content=b"[]", body=case.answer)

        page = reader_of("veeqo", case)(answer)

        assert isinstance(page, Page)
        assert (page.total, page.next_page) == (None, None)


class TestNoBody:
    """204, or a success without a word: enough for some calls, and unreadable for the others."""

    @pytest.mark.parametrize(
        ("platform", "case"), YES_CASES, ids=[f"{name}-{case.name}" for name, case in YES_CASES]
    )
    def test_success_is_enough_for_a_call_that_wants_no_more(
        self, platform: str, case: Case
    ) -> None:
        """With whatever body: 200 with the order and 204 without are both a yes."""
        reader = reader_of(platform, case)

        assert [read(reader, case, body) for body in STRANGE.values()] == [None] * len(STRANGE)

    @pytest.mark.parametrize(
        ("platform", "case"), ALL_CASES, ids=[f"{name}-{case.name}" for name, case in ALL_CASES]
    )
    def test_it_is_read_or_told(self, platform: str, case: Case) -> None:
        empty = HttpAnswer(status=204, headers={}, content=b"")

        try:
            result = reader_of(platform, case)(empty)
        except UpstreamMalformed as exc:
            assert exc.sent is True
        else:
            assert result in (None, ())


@pytest.mark.parametrize(
    ("platform", "case"), ALL_CASES, ids=[f"{name}-{case.name}" for name, case in ALL_CASES]
)
def test_refusal_in_any_shape_is_sorted_and_put_in_words(platform: str, case: Case) -> None:
    rules = RULES[platform]
    status, body = case.refused
    every = list(paths_of(body)) if isinstance(body, dict | list) else []

    for mutation in (*drops(body, every), *swaps(body, every)):
        words = rules.texts(mutation.body)
        assert all(isinstance(text, str) for text in words), str(mutation)
        assert rules.is_rate_limit(status, mutation.body) in (True, False), str(mutation)
        operation = f"{platform}.{method_of(case)}"
        assert rules.is_unclear(operation, status, mutation.body) in (True, False), str(mutation)
