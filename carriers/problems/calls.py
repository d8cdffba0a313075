"""Problems of the call itself, of outcomes nobody knows, and of our own steps."""

from __future__ import annotations

from carriers.problems.kinds import COMMANDS, PLATFORMS, RULE_SETS, SIGNATURES, STOCK, Problem

CALL_PROBLEMS = (
    Problem(
        code="request.invalid",
        cause="The platform could not read what we sent it.",
        fix="Report this with the call's bodies; trying again will not help.",
    ),
    Problem(
        code="request.endpoint_unknown",
        cause="The platform does not know the address that was called.",
        fix="Check the platform's address in the settings.",
        url_name=PLATFORMS,
    ),
    Problem(
        code="upstream.not_found",
        cause="The platform does not know a record that we named.",
        fix="Look at the platform whether it was deleted there.",
    ),
    Problem(
        code="upstream.unreachable",
        cause="The platform could not be reached; nothing was sent.",
        fix="Nothing to do: it is tried again until it can be reached.",
        retry_helps=True,
        url_name=PLATFORMS,
    ),
    Problem(
        code="upstream.rate_limited",
        cause="The platform asked us to slow down; nothing was done.",
        fix="Nothing to do: it is tried again after a pause.",
        retry_helps=True,
    ),
    Problem(
        code="upstream.unavailable",
        cause="The platform, or the carrier behind it, is out of order.",
        fix="Try again later.",
        retry_helps=True,
        url_name=PLATFORMS,
    ),
    Problem(
        code="upstream.malformed",
        cause="The platform's answer lacks something that we need.",
        fix="Look at the answer; if the platform changed it, this software must follow.",
        is_assignable=False,
    ),
    Problem(
        code="upstream.outcome_unknown",
        cause="The request went out and no clear answer came back: it may have happened.",
        fix="Nothing to do: the platform is asked what became of it before anything is sent again.",
        retry_helps=True,
        is_assignable=False,
    ),
    Problem(
        code="upstream.refused",
        cause="The platform refused, in words that are not in the catalogue yet.",
        fix="Read the platform's words; then say what they mean in the list of unknown refusals.",
        url_name=SIGNATURES,
        is_vague=True,
        is_assignable=False,
    ),
    Problem(
        code="upstream.error",
        cause="Something went wrong between us and the platform.",
        fix="Read the words kept with it, then try again.",
        retry_helps=True,
        is_vague=True,
        is_assignable=False,
    ),
    Problem(
        code="label.failed",
        cause="The carrier did not make the label, in words that are not in the catalogue yet.",
        fix="Read the carrier's words; then say what they mean in the list of unknown refusals.",
        url_name=SIGNATURES,
        is_vague=True,
        is_assignable=False,
    ),
)

# These steer what is done next, or are said by ourselves alone.
OWN_PROBLEMS = (
    Problem(
        code="label.pending",
        cause="The platform is still making the label.",
        fix="Nothing to do: it is looked for again shortly.",
        retry_helps=True,
        is_assignable=False,
    ),
    Problem(
        code="booking.gone",
        cause="Somebody cancelled or deleted the booking at the platform.",
        fix="Try again: the order is routed and booked anew.",
        retry_helps=True,
        is_assignable=False,
    ),
    Problem(
        code="order.called_off",
        cause="The order was cancelled before this was sent.",
        fix="Nothing to do.",
        is_assignable=False,
    ),
    Problem(
        code="outcome.looking",
        cause="It is not known yet what became of a request; the platform is being asked.",
        fix="Nothing to do: it is looked up again shortly.",
        retry_helps=True,
        is_assignable=False,
    ),
    Problem(
        code="outcome.missed",
        cause="The platform shows that nothing happened, so it is sent again.",
        fix="Nothing to do.",
        retry_helps=True,
        is_assignable=False,
    ),
    Problem(
        code="outcome.unresolved",
        cause="The platform was asked many times and could not tell what became of a request.",
        fix="Look at the platform; then let it be looked up again, or say that nothing happened.",
        retry_helps=True,
        url_name=COMMANDS,
        is_assignable=False,
    ),
    Problem(
        code="price.risen",
        cause="The label costs clearly more now than when it was first quoted.",
        fix="Try again to buy at the new price, or cancel the order.",
        retry_helps=True,
        is_assignable=False,
    ),
    Problem(
        code="money.mixed_currencies",
        field="lines.unit_price",
        cause="Amounts in different currencies cannot be added.",
        fix="Place the order anew with every amount in one currency.",
        is_assignable=False,
    ),
    Problem(
        code="worker.lost",
        cause="The worker that carried this out is gone; another takes it over.",
        fix="Nothing to do.",
        retry_helps=True,
        is_assignable=False,
    ),
    Problem(
        code="worker.error",
        cause="A fault of this software stopped the step.",
        fix="Report it with the order's timeline, then try again.",
        retry_helps=True,
        url_name=COMMANDS,
        is_assignable=False,
    ),
    Problem(
        code="worker.unknown_kind",
        cause="The step was written by a newer release than the worker's.",
        fix="Bring every worker to the same release.",
        retry_helps=True,
        is_assignable=False,
    ),
    Problem(
        code="routing.no_stock",
        field="lines",
        cause="No warehouse holds every line of the order.",
        fix="Nothing to do: the order goes on when stock arrives.",
        retry_helps=True,
        url_name=STOCK,
        is_assignable=False,
    ),
    Problem(
        code="routing.no_warehouse",
        cause="No warehouse is active, so nothing can leave.",
        fix="Switch a warehouse on, then try again.",
        url_name="admin:inventory_warehouse_changelist",
        is_assignable=False,
    ),
    Problem(
        code="routing.no_platform_for_carrier",
        field="carrier",
        cause="The carrier is not reached through any platform.",
        fix="Say in the carriers' list which platform reaches it, then try again.",
        url_name="admin:carriers_carrier_changelist",
        is_assignable=False,
    ),
    Problem(
        code="routing.no_live_rules",
        cause="No rule set is live, so no order can be routed.",
        fix="Put a rule set live, then try again.",
        url_name=RULE_SETS,
        is_assignable=False,
    ),
)
