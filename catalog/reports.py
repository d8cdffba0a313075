"""HS codes that are known here: those that products bear, with what they are described as."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q

from catalog.models import Sellable

MOST_GROUPS = 500
SHOWN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCode:
    """`used` is how many products bear it; 0 for one that only Easyship told of."""

    code: str
    description: str
    used: int = 0
    source: str = "catalog"


def known_codes(actor: object, text: str) -> tuple[KnownCode, ...]:
    """By the beginning of a code, or by all words of a description; those used most come first."""
    rows = Sellable.objects.visible_to(actor).exclude(hs_code="")
    digits = text.replace(".", "").replace(" ", "")
    if digits.isdigit():
        rows = rows.filter(hs_code__startswith=digits)
    else:
        for word in text.split():
            rows = rows.filter(Q(customs_description__icontains=word) | Q(title__icontains=word))
    groups = (
        rows.order_by()
        .values_list("hs_code", "customs_description", "title")
        .annotate(used=Count("pk"))
        .order_by("-used", "hs_code")[:MOST_GROUPS]
    )
    words: dict[str, Counter[str]] = defaultdict(Counter)
    for code, described, title, used in groups:
        words[code][described or title] += used
    found = [
        KnownCode(code=code, description=counts.most_common(1)[0][0], used=counts.total())
        for code, counts in words.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.used, one.code))[:SHOWN])
