"""A person's word on an event that could not be processed."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.services.audit import record_audit
from carriers.inbox.models import ReceiptState, WebhookReceipt
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict

DRAIN_INBOX = "carriers.inbox.worker.drain"
AGAIN = (ReceiptState.FAILED, ReceiptState.IGNORED, ReceiptState.DONE)
TO_IGNORE = (ReceiptState.FAILED, ReceiptState.RECEIVED)


class ReceiptNotSteerable(Conflict):
    """An event that is refused or being processed is out of a person's hands."""

    code = "receipt.not_steerable"
    title = "This event cannot be moved on by hand"


def process_again(*, receipt_id: int, actor: str) -> WebhookReceipt:
    """Have an event processed once more; what it said already changes nothing a second time.

    Raises ReceiptNotSteerable with nothing changed.
    """
    with transaction.atomic():
        receipt = _steered(receipt_id, AGAIN)
        _move(receipt, ReceiptState.RECEIVED, action="webhook.processed_again", actor=actor)
        nudge(DRAIN_INBOX, queue="sync")
        return receipt


def ignore_receipt(*, receipt_id: int, reason: str, actor: str) -> WebhookReceipt:
    """Nothing is to be done about an event. Raises ReceiptNotSteerable with nothing changed."""
    with transaction.atomic():
        receipt = _steered(receipt_id, TO_IGNORE)
        _move(receipt, ReceiptState.IGNORED, action="webhook.ignored", actor=actor, reason=reason)
        return receipt


def _steered(receipt_id: int, states: tuple[ReceiptState, ...]) -> WebhookReceipt:
    receipt: WebhookReceipt = WebhookReceipt.objects.select_for_update().get(pk=receipt_id)
    if receipt.state not in states:
        raise ReceiptNotSteerable(f"Event {receipt.pk} is {receipt.get_state_display().lower()}.")
    return receipt


def _move(
    receipt: WebhookReceipt, to: ReceiptState, *, action: str, actor: str, reason: str = ""
) -> None:
    before = receipt.state
    now = timezone.now()
    receipt.state = to.value
    receipt.attempts = 0
    receipt.next_attempt_at = now
    receipt.settled_at = now if to is ReceiptState.IGNORED else None
    receipt.save(update_fields=["state", "attempts", "next_attempt_at", "settled_at"])
    after = {"state": to.value} | ({"reason": reason} if reason else {})
    record_audit(actor=actor, action=action, subject=receipt, before={"state": before}, after=after)
