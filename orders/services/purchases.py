"""The only writer of purchase intents: what is about to be bought, and what became of it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from carriers.contracts import RateQuote
from carriers.models import CommandState, OutboxCommand
from carriers.outbox.leases import LeaseLost, mark_sending
from orders.models import LabelState, Package, PurchaseIntent
from orders.rules.purchase import FINAL_INTENTS, OPEN_INTENTS, IntentState, way_to
from orders.services.ledger import enter_quoted
from shipping_project.kernel.errors import Conflict, StateChanged

NOT_SENT = "It was given up before anything was sent."
NOTHING_BOUGHT = "The platform showed that nothing was bought."


class LabelAlreadyBought(Conflict):
    """A label was bought for this package before; money is never spent on it again."""

    code = "label.already_bought"
    title = "This package has its label"


@transaction.atomic
def open_intent(*, package: Package, quote: RateQuote, command: OutboxCommand) -> PurchaseIntent:
    """Write down, before any money moves, what is about to be bought.

    Whoever calls has just seen that the platform holds no label, so an intent left open by an
    earlier attempt is closed as missed. Raises LeaseLost when another worker has the command, and
    LabelAlreadyBought when the package has or had a label.
    """
    _must_hold(command)
    locked = Package.objects.select_for_update().get(pk=package.pk)
    if locked.label_state != LabelState.NONE:
        raise LabelAlreadyBought(f"Package {package.pk} holds label {locked.label_ref}.")
    close_as_missed(package=locked)
    intent: PurchaseIntent = PurchaseIntent.objects.create(
        package=locked,
        state=IntentState.PENDING.value,
        fence=command.fence,
        request_digest=_digest(quote),
        quoted=quote.price.amount,
        currency=quote.price.currency,
        service_name=_fitting(quote.service_name),
    )
    enter_quoted(intent=intent)
    return intent


def send_intent(*, intent: PurchaseIntent, command: OutboxCommand, batch_ref: str = "") -> None:
    """Commit, in one, that the command and its purchase are about to go out.

    Raises LeaseLost when another worker has the command; nothing may be sent then.
    """
    with transaction.atomic(durable=True):
        mark_sending(command, batch_ref=batch_ref)
        move_intent(intent, IntentState.SENT)


def move_intent(intent: PurchaseIntent, to: IntentState, *, detail: str = "") -> None:
    """Move `intent` from the state it was read in to `to`, step by step.

    Raises ForbiddenMove where the table has no way, and StateChanged when somebody else moved it
    first; nothing is written then.
    """
    seen = IntentState(intent.state)
    now = timezone.now()
    changes: dict[str, object] = {"state": way_to(seen, to)[-1].value}
    if to is IntentState.SENT:
        changes["sent_at"] = now
    if to in FINAL_INTENTS:
        changes["settled_at"] = now
    if detail:
        changes["detail"] = detail[:500]
    moved = PurchaseIntent.objects.filter(pk=intent.pk, state=seen.value).update(**changes)
    if moved != 1:
        raise StateChanged(f"Purchase {intent.pk} moved on from {seen} meanwhile.")
    for name, value in changes.items():
        setattr(intent, name, value)


def close_as_paid(*, package: Package, fence: int | None = None) -> PurchaseIntent | None:
    """The label is ours: `bought` if the claim `fence` sent for it, else `adopted`.

    Returns None for a label that nobody here asked for. The caller holds the package.
    """
    intent = open_intent_of(package)
    if intent is None:
        return None
    was_answered = intent.state == IntentState.SENT.value and intent.fence == fence
    move_intent(intent, IntentState.BOUGHT if was_answered else IntentState.ADOPTED)
    return intent


@transaction.atomic
def close_as_refused(*, package: Package, detail: str) -> None:
    """The platform refused to sell what was sent; no money was spent."""
    intent = open_intent_of(package)
    if intent is None:
        return
    if intent.state == IntentState.PENDING.value:
        move_intent(intent, IntentState.MISSED, detail=NOT_SENT)
    else:
        move_intent(intent, IntentState.REFUSED, detail=detail)


@transaction.atomic
def close_as_missed(*, package: Package) -> None:
    """Nothing was bought under what is still open: never sent, or proven by looks."""
    intent = open_intent_of(package)
    if intent is None:
        return
    was_sent = intent.state != IntentState.PENDING.value
    move_intent(intent, IntentState.MISSED, detail=NOTHING_BOUGHT if was_sent else NOT_SENT)


@transaction.atomic
def mark_unknown(*, package: Package) -> None:
    """It was sent and its answer is lost: the platform is being asked."""
    intent = open_intent_of(package)
    if intent is not None and intent.state in (IntentState.SENT, IntentState.HANDED_OVER):
        move_intent(intent, IntentState.UNKNOWN)


@transaction.atomic
def hand_over(*, package: Package, detail: str) -> None:
    """Looking brought no answer, so a person decides; what was never sent is not theirs."""
    intent = open_intent_of(package)
    if intent is not None and intent.state in (IntentState.SENT, IntentState.UNKNOWN):
        move_intent(intent, IntentState.HANDED_OVER, detail=detail)


def open_intent_of(package: Package) -> PurchaseIntent | None:
    """The one purchase of this package that is not settled, under its lock."""
    found: PurchaseIntent | None = (
        package.intents.select_for_update().filter(state__in=OPEN_INTENTS).first()
    )
    return found


def asked_at(*, package: Package) -> datetime | None:
    """When the label that may still come was asked for."""
    last = package.intents.filter(sent_at__isnull=False, state__in=OPEN_INTENTS).first()
    return last.sent_at if last else None


def _must_hold(command: OutboxCommand) -> None:
    held = OutboxCommand.objects.select_for_update().filter(
        pk=command.pk, fence=command.fence, state=CommandState.IN_FLIGHT
    )
    if not held.exists():
        raise LeaseLost(f"command {command.pk} was taken over")


def _digest(quote: RateQuote) -> str:
    asked = {"service": quote.service_ref, "price": str(quote.price), "more": dict(quote.purchase)}
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()


def _fitting(service_name: str) -> str:
    """The platform's words cut to our column."""
    longest: int | None = PurchaseIntent._meta.get_field("service_name").max_length
    return service_name[:longest]
