"""What rules ask for beside the way: cover, papers, box, tags, and who looks after the order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

# What each platform can be told of it in the body of a booking: Easyship has `insurance` and
# `incoterms` there, Veeqo neither. A signature none of them can be asked for.
TOLD_TO: Mapping[str, frozenset[str]] = {
    "easyship": frozenset({"insurance", "incoterm"}),
    "veeqo": frozenset(),
}
# Where nobody says otherwise the recipient pays duties, as the platforms take it too.
USUAL_INCOTERM = "DDU"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """`assignee` is a user's name, `package` that of a saved box, which is the only one it may be
    packed in; tags of all rules that match come together."""

    is_insured: bool = False
    wants_signature: bool = False
    incoterm: str = ""
    tags: tuple[str, ...] = ()
    assignee: str = ""
    package: str = ""

    def __bool__(self) -> bool:
        return self != NO_EXTRAS

    def joined(self, later: Extras) -> Extras:
        """What a later rule asks for counts where no earlier one did."""
        return Extras(
            is_insured=self.is_insured or later.is_insured,
            wants_signature=self.wants_signature or later.wants_signature,
            incoterm=self.incoterm or later.incoterm,
            tags=tuple(dict.fromkeys((*self.tags, *later.tags))),
            assignee=self.assignee or later.assignee,
            package=self.package or later.package,
        )

    def not_told_to(self, platform: str) -> tuple[str, ...]:
        """What is asked for and the platform cannot be told."""
        asked = {
            "insurance": self.is_insured,
            "signature": self.wants_signature,
            "incoterm": self.incoterm not in ("", USUAL_INCOTERM),
        }
        known = TOLD_TO.get(platform, frozenset())
        return tuple(name for name, is_asked in asked.items() if is_asked and name not in known)

    @property
    def words(self) -> tuple[str, ...]:
        told = [
            "insurance" if self.is_insured else "",
            "a signature" if self.wants_signature else "",
            f"incoterm {self.incoterm}" if self.incoterm else "",
            f"the box {self.package}" if self.package else "",
            f"the tags {', '.join(self.tags)}" if self.tags else "",
            f"{self.assignee} to look after it" if self.assignee else "",
        ]
        return tuple(words for words in told if words)

    def as_dict(self) -> dict[str, object]:
        return asdict(self) if self else {}


NO_EXTRAS = Extras()


def read_extras(data: Mapping[str, Any]) -> Extras:
    """As it was stored; what is missing has its default."""
    return replace(Extras(**data), tags=tuple(data.get("tags", ())))
