"""Whatever is pasted: an answer in time, and no word of it lost."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.rules.address_text import MAX_TEXT, parse_pasted
from orders.rules.address_text.cleaning import cleaned

# Words that no label, greeting or state has, so that none is taken as a heading or respelled.
WORDS = st.one_of(
    st.text("bcdfgkqvwxyzöé", min_size=4, max_size=9).map(str.capitalize),
    st.sampled_from(["12", "Main", "Berlin", "10115", "78701", "Austin", "Foch", "Box"]),
)
GLUE = st.sampled_from([" ", " ", ", ", "\n", "\n\n", "\t", "; ", "\r\n", "\u00a0", " | ", " - "])
SLOW = [
    "a\n", "1 ", "(", "+", "@", "a@", "a@ ", ",", "a, ", "\t", '"', '",', ":", "Name:", "-",
    "a b\n\n", "P O Box ", "12345 ", "512-555-0142 ", "512-555-0142\n", "x@example.com ",
    "TX 78701,", "Georgia\n", "CA, ", "Name: Jane Roe\n", "A1A 1A1 ", "12 Main St ",
]  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    for one in parse_pasted(text, carrier=text[:5]):
        assert 0 <= one.confidence <= 1
        assert len({(f.field, f.code) for f in one.findings}) == len(one.findings)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(WORDS, GLUE), min_size=1, max_size=25))
def test_every_word_is_in_a_field_or_a_finding(pairs: list[tuple[str, str]]) -> None:
    text = "".join(word + glue for word, glue in pairs)

    read = parse_pasted(text)

    said = " ".join(
        " ".join([*one.address.as_dict().values(), *(f.message for f in one.findings)])
        for one in read
    )
    lost = [word for word in re.findall(r"\w+", cleaned(text)) if word not in said]
    assert lost == []


@pytest.mark.parametrize("unit", SLOW)
def test_longest_text_takes_seconds_at_most(unit: str) -> None:
    text = (unit * (MAX_TEXT // len(unit) + 1))[:MAX_TEXT]
    start = time.process_time()

    parse_pasted(text)

    assert time.process_time() - start < 8
