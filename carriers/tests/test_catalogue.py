"""The catalogue of problems, and how unknown words are made one kind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from carriers import errors
from carriers.errors import UpstreamError
from carriers.problems.catalogue import CATALOGUE, PROBLEMS, problem_of, says_little
from carriers.problems.kinds import Problem
from carriers.problems.signatures import redacted_words, signature_of

ROOT = Path(settings.BASE_DIR)
# Codes that an outcome or a call for attention is given in our own source.
GIVEN = re.compile(r'(?:Rejected|Retry|Unknown)\(\s*"([a-z_.]+)"|error_code="([a-z_]+\.[a-z_]+)"')
NAMED = re.compile(r'^[A-Z_]+ = "((?:worker|booking|label|order|outcome)\.[a-z_]+)"$', re.MULTILINE)


def codes_in_source() -> set[str]:
    paths = [*(ROOT / "orders/handlers").glob("*.py"), *(ROOT / "carriers/outbox").glob("*.py")]
    texts = [path.read_text() for path in (*paths, ROOT / "orders/services/kinds.py")]
    given = (pair for text in texts for pair in GIVEN.findall(text))
    named = (code for text in texts for code in NAMED.findall(text))
    return {code for pair in given for code in pair if code} | set(named)


class TestCatalogue:
    def test_no_code_stands_twice(self) -> None:
        assert len(PROBLEMS) == len(CATALOGUE)

    def test_holds_the_codes_of_every_upstream_error(self) -> None:
        kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
        codes = {kind.code for kind in kinds if issubclass(kind, UpstreamError)}

        assert len(codes) == 11
        assert codes <= set(CATALOGUE)

    def test_holds_the_codes_that_our_own_steps_end_with(self) -> None:
        codes = codes_in_source()

        assert {"service.not_available", "worker.error", "worker.lost", "booking.gone"} <= codes
        assert codes - set(CATALOGUE) == set()

    @pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.code)
    def test_is_told_in_whole_sentences(self, problem: Problem) -> None:
        for text in (problem.cause, problem.fix):
            assert re.fullmatch(r"[A-Z].{10,}\.", text)

    @pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.code)
    def test_code_fits_its_column_and_is_two_words(self, problem: Problem) -> None:
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", problem.code)
        assert len(problem.code) <= 60

    @pytest.mark.parametrize("name", sorted({p.url_name for p in PROBLEMS if p.url_name}))
    def test_pages_of_fixes_exist(self, name: str) -> None:
        assert reverse(name).startswith("/")

    @pytest.mark.parametrize(
        "code", ["booking.gone", "order.called_off", "outcome.unresolved", "upstream.refused"]
    )
    def test_what_steers_us_cannot_be_assigned(self, code: str) -> None:
        assert not CATALOGUE[code].is_assignable

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("upstream.refused", True),
            ("label.failed", True),
            ("conflict", True),
            ("parcel.over_weight", False),
            ("worker.error", False),
        ],
    )
    def test_knows_which_codes_say_little(self, code: str, expected: bool) -> None:
        assert says_little(code) is expected

    def test_unknown_and_empty_codes_have_no_problem(self) -> None:
        assert problem_of("") is None
        assert problem_of("x.y") is None


class TestSignature:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Parcel 12 is late.", "Parcel 99 is late"),
            ("Order ESUS40551207 is closed", "Order ESGB10000001 is closed"),
            ('Value "blue" is odd', 'Value "red and green" is odd'),
            ("Value 'blue' isn't known", "Value 'red' isn't known"),
            ("Value “blue” is odd", "Value “red” is odd"),
            ("Sent 2026-01-02T03:04:05Z to us", "Sent 2025-12-31 to us"),
            ("Closed on 3 March 2026 again", "Closed on 24 December 2025 again"),
            ("Closed on March 3, 2026 again", "Closed on May 13, 2025 again"),
            ("See https://a.example/x?y=1 now", "See https://b.example now"),
            ("Mail ann@example.com bounced", "Mail bob@example.com bounced"),
            ("Costs 12.50 USD", "Costs 7 USD"),
            ("items[0].colour is odd", "items[12].colour is odd"),
            ("Id 5b1e0c7d-9a4f-4c35-f999-b4b1f77dd0fc", "Id b7d0f6a1-4c2e-4e19-8f35-6a7b8c9d0e20"),
            ("The  moon\nis FULL!", "the moon is full"),
        ],
    )
    def test_is_one_for_texts_that_differ_in_particulars(self, one: str, other: str) -> None:
        assert signature_of(one) == signature_of(other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Parcel 12 is late", "Parcel 12 is lost"),
            ("origin is odd", "destination is odd"),
            ("line_1 is odd", "zone_1 is odd"),
            ("The carrier can't do it", "The carrier can do it"),
        ],
    )
    def test_differs_where_the_words_do(self, one: str, other: str) -> None:
        assert signature_of(one).digest != signature_of(other).digest

    def test_pattern_can_be_read(self) -> None:
        text = 'Couldn\'t rate parcels[0] of ES40551207 to "Reno" by 2026-01-02.'

        assert signature_of(text).pattern == "couldn't rate parcels[#] of # to <text> by #"

    def test_pattern_of_a_pattern_is_itself(self) -> None:
        pattern = signature_of('Rate 7 of line_1 for "x" is odd').pattern

        assert signature_of(pattern).pattern == pattern

    def test_long_text_fits_its_column(self) -> None:
        signature = signature_of("word " * 1000)

        assert (len(signature.pattern), len(signature.digest)) == (300, 64)


class TestExample:
    def test_hides_mail_phone_and_quoted_words(self) -> None:
        text = 'Call Ann on +1 (555) 555-0123 or ann@example.com about "12 Elm Street", code 1019.'

        kept = redacted_words(text)

        assert kept == "Call Ann on [hidden] or [hidden] about [hidden], code 1019."

    def test_is_cut_off(self) -> None:
        assert len(redacted_words("word " * 1000)) == 500
