"""Open orders by stage of work, as people count them: every open state is in exactly one stage."""

from __future__ import annotations

from enum import StrEnum

from orders.rules.states import FINAL_ORDER_STATES, OrderState


class Stage(StrEnum):
    NEW = "new"
    ATTENTION = "attention"
    HELD = "held"
    BACKORDERED = "backordered"
    BOOKING = "booking"
    LABELLED = "labelled"
    IN_TRANSIT = "in_transit"
    SPLIT = "split"


STAGE_STATES: dict[str, tuple[OrderState, ...]] = {
    Stage.NEW: (OrderState.RECEIVED, OrderState.VALID),
    Stage.ATTENTION: (OrderState.NEEDS_ATTENTION,),
    Stage.HELD: (OrderState.HELD,),
    Stage.BACKORDERED: (OrderState.BACKORDERED,),
    Stage.BOOKING: (OrderState.ROUTED, OrderState.RESERVED, OrderState.BOOKING),
    Stage.LABELLED: (OrderState.BOOKED,),
    Stage.IN_TRANSIT: (OrderState.IN_TRANSIT,),
    Stage.SPLIT: (OrderState.SPLIT,),
}
STAGE_LABELS: dict[Stage, str] = {
    Stage.NEW: "New",
    Stage.ATTENTION: "Needs attention",
    Stage.HELD: "Held",
    Stage.BACKORDERED: "Backordered",
    Stage.BOOKING: "Being booked",
    Stage.LABELLED: "Label bought",
    Stage.IN_TRANSIT: "In transit",
    Stage.SPLIT: "In parts",
}
# Where a list is narrowed by stage, "open" stands for all of them.
ANY_OPEN = "open"
OPEN_STATES = tuple(state for state in OrderState if state not in FINAL_ORDER_STATES)


def states_of(stage: str) -> tuple[OrderState, ...]:
    """The states behind a stage or behind "open"; none for a word that is neither."""
    if stage == ANY_OPEN:
        return OPEN_STATES
    return STAGE_STATES.get(stage, ())
