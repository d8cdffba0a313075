"""What runs by the clock. The rows in the queue's table follow this list at every start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule


@dataclass(frozen=True, slots=True)
class Recurring:
    """`function` is called by a worker every `minutes`; first at `hour` UTC where one is given."""

    name: str
    function: str
    minutes: int
    hour: int | None = None

    def first_run(self, now: datetime) -> datetime:
        if self.hour is None:
            return now + timedelta(seconds=5)
        today = now.astimezone(UTC).replace(hour=self.hour, minute=0, second=0, microsecond=0)
        return today if today > now else today + timedelta(days=1)


SCHEDULES = (
    Recurring("Dispatch waiting orders", "orders.tasks.dispatch_waiting", 1),
    Recurring("Assign batches of orders", "orders.tasks.assign_due", 10),
    Recurring("Follow orders in parts", "orders.tasks.follow_all", 1),
    Recurring("Wake queues with due commands", "carriers.outbox.worker.sweep", 1),
    Recurring("Wake the inbox", "carriers.inbox.worker.sweep", 1),
    Recurring("Drop old events of platforms", "carriers.inbox.worker.prune", 60),
    Recurring("Wake webhooks", "shipping_project.hooks.worker.sweep", 1),
    Recurring(
        "Drop old webhooks", "shipping_project.hooks.services.prune_deliveries", 24 * 60, hour=3
    ),
    Recurring("Wake jobs", "shipping_project.jobs.worker.sweep", 1),
    Recurring("Seal the audit trail", "accounts.services.seals.seal_entries", 1),
    Recurring("Wake simulations of rules", "orders.tasks.wake_simulations", 1),
    Recurring("Ask after parcels", "orders.tasks.poll_tracking", 1),
    Recurring("Read changed orders of Veeqo", "orders.tasks.pull_veeqo_orders", 5),
    Recurring("Read changed shipments of Easyship", "orders.tasks.pull_easyship_shipments", 5),
    Recurring("Read three days of orders again", "orders.tasks.sweep_orders", 24 * 60, hour=1),
    Recurring("Notice silent sources of orders", "orders.tasks.look_for_silence", 15),
    Recurring("Read products of the platforms", "catalog.tasks.pull_due", 1),
    Recurring("Tell the platforms of changed products", "catalog.tasks.tell_changed", 1),
    Recurring("Drop old readings of products", "catalog.tasks.prune", 24 * 60, hour=3),
    Recurring("Read stock of the platforms", "inventory.tasks.pull_due", 1),
    Recurring("Tell the platforms of changed stock", "inventory.tasks.tell_changed", 1),
    Recurring("Drop old readings of stock", "inventory.tasks.prune", 24 * 60, hour=3),
    Recurring("Prove stock by its ledger", "inventory.tasks.prove_stock", 24 * 60, hour=2),
    Recurring("Free stock whose hold is over", "inventory.tasks.release_expired", 1),
    Recurring("Look after stock alerts", "inventory.tasks.look_after_alerts", 1),
    Recurring("Drop prices that count no more", "orders.tasks.prune_prices", 24 * 60, hour=3),
    Recurring("Ask for refunds of voided labels", "orders.tasks.look_after_voids", 5),
    Recurring("Audit labels", "orders.tasks.audit_labels", 24 * 60, hour=2),
    Recurring("Tidy the queue's records", "shipping_project.jobs.upkeep.tidy", 60),
)


@transaction.atomic
def sync_schedules() -> None:
    """Make the stored schedules those of this list; a schedule that stays keeps its next run."""
    for item in SCHEDULES:
        row, _ = Schedule.objects.get_or_create(
            name=item.name,
            defaults={"func": item.function, "next_run": item.first_run(timezone.now())},
        )
        Schedule.objects.filter(pk=row.pk).update(
            func=item.function, schedule_type=Schedule.MINUTES, minutes=item.minutes, repeats=-1
        )
    Schedule.objects.exclude(name__in=[item.name for item in SCHEDULES]).delete()
