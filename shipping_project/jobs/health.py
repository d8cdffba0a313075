"""Whether the queue is being worked off."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django_q.models import OrmQ

from shipping_project.jobs.beats import somebody_works


def queue_stalled_for() -> float:
    """Seconds that the oldest due task has waited while no worker does anything; 0.0 if one does.

    A cluster can stop for ever without a word when one of its idle workers is killed, so this is
    asked from outside the cluster.
    """
    now = timezone.now()
    oldest: datetime | None = (
        OrmQ.objects.filter(lock__lte=now).order_by("lock").values_list("lock", flat=True).first()
    )
    if oldest is None or somebody_works():
        return 0.0
    return (now - oldest).total_seconds()
