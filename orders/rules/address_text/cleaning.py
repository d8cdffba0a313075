"""Pasted text without what nobody typed: byte order marks, odd blanks, curly quotes."""

from __future__ import annotations

import re
import unicodedata

INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0e\ufe0f\ufeff]")
LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
ODD_BLANKS = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f]")
FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
PICTURES = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")
SPELLING = str.maketrans({
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u2032": "'",
    "\uff0c": ",", "\uff1a": ":", "\uff1b": ";",
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
})  # fmt: skip


def cleaned(text: str) -> str:
    """The same words with `\\n` as the only line end and ordinary quotes, dashes and blanks."""
    text = LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text))
    text = ODD_BLANKS.sub(" ", INVISIBLE.sub("", text))
    text = PICTURES.sub(" ", FLAG.sub(_flag_code, text))
    return CONTROL.sub(" ", text).translate(SPELLING)


def _flag_code(flag: re.Match[str]) -> str:
    """The country code that a flag is made of."""
    return ", " + "".join(chr(ord(letter) - 0x1F1E6 + ord("A")) for letter in flag.group())
