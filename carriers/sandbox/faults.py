"""What shall go wrong: which requests a fault meets, and what it does to them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from carriers.sandbox.store import Store

# Effects that stand in for the answer; "after" means that the request had its effect.
EFFECTS = {
    "error_before": "a server error (`status`), and nothing was done",
    "error_after": "a server error (`status`) although it was done",
    "refuse": "429 as the platform sends it",
    "drop_after": "no answer although it was done",
    "hold_after": "the answer comes `seconds` late",
    "reset_after": "the connection breaks in the middle of the answer",
    "truncate_after": "half of the answer as if it were whole",
    "html_before": "a page of the network in front (`status`), and nothing was done",
    "html_after": "a page of the network in front (`status`) although it was done",
    "drip_after": "the answer trickles for `seconds`",
    "stale": "a list without its newest entry",
    "lose_rows": "a page of a list without its rows, which are counted all the same",
    "double_rows": "a page of a list with every row twice",
    "shuffle_rows": "a page of a list in another order",
    "price_changed": "a label costs more than was quoted",
    "no_funds": "a label cannot be paid",
    "fail_label": "the carrier refuses the label after it was paid",
    "duplicate": "a webhook is sent twice (method WEBHOOK, path the event)",
    "out_of_order": "a webhook is overtaken: it leaves `seconds` late (method WEBHOOK)",
    "lose": "a webhook never leaves (method WEBHOOK)",
}
# Effects that the handler of a purchase plays; they wait for one.
PLAYED = frozenset({"price_changed", "no_funds", "fail_label"})
# Effects that answer with `status`.
STATUSED = frozenset({"error_before", "error_after", "html_before", "html_after"})
# Effects that are nothing without `seconds`.
TIMED = frozenset({"hold_after", "drip_after", "out_of_order"})
WEBHOOK = "WEBHOOK"
# Effects that only a webhook can show, and those that it can.
OF_WEBHOOKS = frozenset({"duplicate", "out_of_order", "lose"})
TYPES: dict[str, type] = {"str": str, "int": int}
LONGEST_S = 3600.0
MIN_STATUS, MAX_STATUS = 400, 599


@dataclass
class Fault:
    """Meets requests of `method` ("*" is any, WEBHOOK what the twin sends) with `path` as a part of their path.

    `skip` lets so many through first, `probability` lets some through, and `reference` takes only
    those about that order number. `times` is how many it still meets, -1 for ever. The same
    `seed` meets the same calls again. `seen` counts the calls that it has looked at, `met` those
    that it met.
    """

    method: str
    path: str
    effect: str
    times: int = 1
    status: int = 500
    seconds: float = 0.0
    skip: int = 0
    probability: float = 1.0
    reference: str = ""
    seed: int = 0
    seen: int = 0
    met: int = 0

    def check(self) -> None:
        if self.effect not in EFFECTS:
            raise ValueError(f"effect must be one of {', '.join(EFFECTS)}")
        for field in fields(self):
            value = getattr(self, field.name)
            wanted = (int, float) if field.type == "float" else TYPES[str(field.type)]
            if not isinstance(value, wanted) or isinstance(value, bool):
                raise ValueError(f"{field.name} must be of type {field.type}")
        if (self.effect in OF_WEBHOOKS) is not (self.method == WEBHOOK) and not (
            # A late webhook, under its older name.
            self.method == WEBHOOK and self.effect == "hold_after"
        ):
            raise ValueError(f"{self.effect} does not go with {self.method}")
        if not 0 <= self.probability <= 1 or self.times < -1 or self.skip < 0:
            raise ValueError("probability, times or skip is out of range")
        if not 0 <= self.seconds <= LONGEST_S or not MIN_STATUS <= self.status <= MAX_STATUS:
            raise ValueError("seconds or status is out of range")
        if self.effect in TIMED and not self.seconds:
            raise ValueError(f"{self.effect} needs seconds above 0")

    def meets(self, method: str, path: str, reference: str, *, is_purchase: bool) -> bool:
        """Also counts, so ask once for each request."""
        is_meant = (
            self.times != 0
            and (self.method == method or (self.method == "*" and method != WEBHOOK))
            and self.path in path
            and self.reference in ("", reference)
            and (is_purchase or self.effect not in PLAYED)
        )
        if not is_meant:
            return False
        self.seen += 1
        if self.seen <= self.skip or self._roll() >= self.probability:
            return False
        self.times -= self.times > 0
        self.met += 1
        return True

    def given(self) -> dict[str, Any]:
        """As it was added: fit to be added again, on the same calls.

        The seed is always told, since a scenario gives one to a fault that has none.
        """
        told = asdict(self) | {"times": self.times + self.met if self.times >= 0 else -1}
        defaults = {field.name: field.default for field in fields(self)}
        dropped = ("seen", "met")
        return {
            k: v for k, v in told.items() if k not in dropped and (k == "seed" or defaults[k] != v)
        }

    def _roll(self) -> float:
        """From 0 to below 1, the same for ever for the same seed and count."""
        text = f"{self.seed}:{self.method}:{self.path}:{self.effect}:{self.seen}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big") / 256**7


class Faults:
    """Kept in the store: a twin that was killed goes on failing as it was told to.

    The lock of the store guards the list too; one of its own could be taken in both orders.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        kept = store.get("setting", "faults") or {"faults": []}
        self._faults = [Fault(**fault) for fault in kept["faults"]]

    def add(self, given: dict[str, Any]) -> None:
        """Raises TypeError for an unknown or missing key, ValueError for a value without sense."""
        fault = Fault(**given)
        fault.check()
        with self._store.transaction():
            self._faults.append(fault)
            self._keep()

    def clear(self) -> None:
        self.replace([])

    def replace(self, given: Sequence[dict[str, Any]]) -> None:
        """These and no others. Raises as `add` does, and then nothing has changed."""
        faults = [Fault(**one) for one in given]
        for fault in faults:
            fault.check()
        with self._store.transaction():
            self._faults[:] = faults
            self._keep()

    def remove(self, position: int) -> None:
        """Raises IndexError where there is none."""
        with self._store.transaction():
            del self._faults[position]
            self._keep()

    def given(self) -> list[dict[str, Any]]:
        return [fault.given() for fault in self._faults]

    def listed(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._faults]

    def take(
        self, method: str, path: str, reference: str, *, is_purchase: bool = False
    ) -> Fault | None:
        """The first fault that a request meets; it is used up by one."""
        if not self._faults:
            return None
        with self._store.transaction():
            before = sum(fault.seen for fault in self._faults)
            met = next(
                (
                    f
                    for f in self._faults
                    if f.meets(method, path, reference, is_purchase=is_purchase)
                ),
                None,
            )
            if sum(fault.seen for fault in self._faults) != before:
                self._keep()
        return met

    def _keep(self) -> None:
        self._store.put("setting", "faults", {"faults": [asdict(f) for f in self._faults]})
