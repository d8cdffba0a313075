"""The way that a person picked for an order, and what the rules add to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from orders.rules.routing import RouteDecision, RouteSnapshot, choose_route
from orders.rules.service_wish import ServiceWish, read_wish


@dataclass(frozen=True, slots=True, kw_only=True)
class PickedWay:
    """What is empty is left to the rules; all of it empty gives the order back to them."""

    platform: str = ""
    carrier: str = ""
    warehouse: str = ""
    wish: ServiceWish | None = None

    def __bool__(self) -> bool:
        return bool(self.platform or self.carrier or self.warehouse or self.wish)

    @property
    def words(self) -> str:
        """Such as "UPS at Veeqo from NV, the fastest service"."""
        told = [
            self.carrier,
            f"at {self.platform.capitalize()}" if self.platform else "",
            f"from {self.warehouse}" if self.warehouse else "",
        ]
        way = " ".join(part for part in told if part)
        return ", ".join(part for part in (way, self.wish.words if self.wish else "") if part)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def read_picked(data: Mapping[str, object]) -> PickedWay:
    wish = data.get("wish")
    return PickedWay(
        **{name: str(data.get(name, "")) for name in ("platform", "carrier", "warehouse")},
        wish=read_wish(wish) if isinstance(wish, Mapping) else None,
    )


def picked_route(snapshot: RouteSnapshot, picked: PickedWay) -> RouteDecision:
    """The rules choose among what the person left open; no rule holds what a person decided."""
    route = choose_route(
        replace(
            snapshot,
            warehouses=tuple(w for w in snapshot.warehouses if picked.warehouse in ("", w.code)),
            requested_carrier=picked.carrier or snapshot.requested_carrier,
            is_released=True,
        )
    )
    if not route.is_routed:
        return route
    # Elsewhere, or of another kind, it costs something else.
    is_offered = picked.platform in ("", route.platform) and picked.wish is None
    return replace(
        route,
        offer=route.offer if is_offered else None,
        platform=snapshot.booked_at or picked.platform or route.platform,
        wish=picked.wish or route.wish,
        sentences=(f"A person picked {picked.words}.", *route.sentences),
    )


def choice_of(route: RouteDecision) -> dict[str, object]:
    """What the rules chose by themselves, as it is kept beside the choice of a person."""
    return {
        "platform": route.platform,
        "carrier": route.carrier,
        "warehouse": route.warehouse,
        "service": route.wish.words if route.is_routed else "",
        "hold_reason": route.hold_reason,
        "failure": route.failure,
    }
