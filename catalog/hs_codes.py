"""Looking HS codes up: in what is known here, and at Easyship where it can be reached."""

from __future__ import annotations

from dataclasses import dataclass

from carriers.contracts import Platform
from catalog.pulls import codes_there
from catalog.reports import KnownCode, known_codes

LONGEST_TEXT = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class CodesFound:
    """`is_whole` is False where Easyship was asked and did not answer."""

    codes: tuple[KnownCode, ...]
    is_whole: bool = True


def find_codes(actor: object, text: str, *, asks_easyship: bool) -> CodesFound:
    """Nothing at all is found for a blank text."""
    text = text.replace("\x00", "").strip()[:LONGEST_TEXT]
    if not text:
        return CodesFound(codes=())
    ours = known_codes(actor, text)
    if not asks_easyship:
        return CodesFound(codes=ours)
    theirs = codes_there(text)
    known = {one.code for one in ours}
    more = (
        KnownCode(code=one.code, description=one.description, source=Platform.EASYSHIP.value)
        for one in theirs or ()
        if one.code not in known
    )
    return CodesFound(codes=(*ours, *more), is_whole=theirs is not None)
