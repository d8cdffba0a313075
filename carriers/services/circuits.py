"""Leaving an operation alone that fails again and again, and trying it anew with one call."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.services.audit import record_audit
from carriers.errors import UpstreamResting
from carriers.exchange import CallSpec
from carriers.outbox.commands import hurry_waiting
from carriers.pacing import Circuit

CLOSED = {"failures": 0, "open_until": None, "error_code": ""}
logger = logging.getLogger(__name__)
FIRST_REST_S = 5.0
LONGEST_REST_S = 60.0
# What says that the platform does not do its part; a refusal is an answer.
FAILURES = frozenset({"upstream.unreachable", "upstream.unavailable", "upstream.outcome_unknown"})


def require_closed(spec: CallSpec, *, platform: str) -> None:
    """Raises UpstreamResting while the operation rests; afterwards one call at a time tries."""
    circuit = Circuit.objects.of(platform, spec.operation).open_ones().first()
    if circuit is None or circuit.open_until is None:
        return
    now = timezone.now()
    left_s = (circuit.open_until - now).total_seconds()
    if left_s <= 0:
        trial = now + timedelta(seconds=trial_s(spec))
        left_s = trial_s(spec)
        if Circuit.objects.filter(pk=circuit.pk, open_until=circuit.open_until).update(
            open_until=trial
        ):
            return
    raise UpstreamResting(
        f"{platform} failed {circuit.failures} times running; it is tried again soon.",
        platform=platform,
        operation=spec.operation,
        retry_after_s=left_s,
    )


def trial_s(spec: CallSpec) -> float:
    """How long the one call that tries may take before another one does."""
    return float(spec.timeout_s or settings.HTTP_READ_TIMEOUT_S)


def note_result(spec: CallSpec, *, platform: str, error_code: str) -> None:
    """Count a failure, or close the circuit and send on what waited for that."""
    if error_code in FAILURES:
        _note_failure(spec, platform, error_code)
        return
    failing = Circuit.objects.of(platform, spec.operation).filter(failures__gt=0)
    was_open = failing.open_ones().exists()
    failing.update(**CLOSED, changed_at=timezone.now())
    if was_open:
        logger.info("platform is back", extra={"operation": spec.operation})
        hurry_waiting(platform=platform)


def close_circuit(*, circuit_id: int, actor: str) -> bool:
    """A person's word that the platform is well again; False when nothing rested."""
    with transaction.atomic():
        circuit: Circuit = Circuit.objects.locked().get(pk=circuit_id)
        if not circuit.is_open:
            return False
        record_audit(
            actor=actor,
            action="circuit.closed",
            subject=circuit,
            before={"failures": circuit.failures},
            after={"failures": 0},
        )
        Circuit.objects.filter(pk=circuit_id).update(**CLOSED, changed_at=timezone.now())
    hurry_waiting(platform=circuit.platform)
    return True


def _note_failure(spec: CallSpec, platform: str, error_code: str) -> None:
    now = timezone.now()
    Circuit.objects.get_or_create(platform=platform, operation=spec.operation)
    rows = Circuit.objects.of(platform, spec.operation)
    rows.update(failures=F("failures") + 1, error_code=error_code, changed_at=now)
    failures = rows.values_list("failures", flat=True).get()
    beyond = failures - settings.CIRCUIT_FAILURES
    if beyond >= 0:
        rest_s = min(FIRST_REST_S * 2.0 ** min(beyond, 10), LONGEST_REST_S)
        rows.update(open_until=now + timedelta(seconds=rest_s))
        facts = {"operation": spec.operation, "failures": failures, "rest_s": rest_s}
        logger.warning("platform rests", extra=facts)
