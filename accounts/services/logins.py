"""Failed attempts to log in, by name and by address, and what is locked because of them.

A name that nobody has is counted like any other, so an answer tells nothing of who is here.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import LoginLock, LoginSubject
from accounts.services.audit import record_audit
from shipping_project.kernel.errors import AppError

# Attempts further apart than this do not add up.
WINDOW = timedelta(minutes=15)
KEPT_FOR = timedelta(days=1)


class LoginLocked(AppError):
    code = "login_locked"
    status = 429
    title = "Too many wrong attempts, so logging in is locked"

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"{self.title}. Try again in {wait_s} seconds.")
        self.wait_s = wait_s


def refuse_locked(*, name: str, address: str) -> None:
    """Raises LoginLocked."""
    if wait_s := locked_for_s(name=name, address=address):
        raise LoginLocked(wait_s)


def locked_for_s(*, name: str, address: str) -> int:
    """Seconds until this name may be tried from this address again; 0 for at once."""
    subject = Q(kind=LoginSubject.NAME, value=_plain(name))
    subject |= Q(kind=LoginSubject.ADDRESS, value=address)
    ends = LoginLock.objects.filter(subject, locked_until__gt=timezone.now())
    latest = ends.order_by("-locked_until").values_list("locked_until", flat=True).first()
    return 0 if latest is None else max(1, round((latest - timezone.now()).total_seconds()))


def note_failure(*, name: str, address: str) -> None:
    """One more attempt failed; too many within WINDOW lock for LOGIN_LOCK_S."""
    _count(LoginSubject.NAME, _plain(name), settings.LOGIN_LOCK_AFTER)
    if address:
        _count(LoginSubject.ADDRESS, address, settings.LOGIN_LOCK_ADDRESS_AFTER)


def note_success(*, name: str) -> None:
    """The name begins anew; its address does not, or one good login would hide many bad ones."""
    LoginLock.objects.filter(kind=LoginSubject.NAME, value=_plain(name)).delete()


def unlock(*, lock: LoginLock, actor: str) -> None:
    """Attempts count from nought again. A repeat changes nothing."""
    record_audit(actor=actor, action="login.unlocked", subject=lock)
    LoginLock.objects.filter(pk=lock.pk).update(failures=0, locked_until=None)


def forget_old_failures() -> int:
    old = LoginLock.objects.filter(last_failed_at__lt=timezone.now() - KEPT_FOR)
    return int(old.delete()[0])


def _count(kind: LoginSubject, value: str, limit: int) -> None:
    now = timezone.now()
    lock, _ = LoginLock.objects.get_or_create(kind=kind, value=value, defaults={"began_at": now})
    mine = LoginLock.objects.filter(pk=lock.pk)
    mine.filter(began_at__lt=now - WINDOW).update(failures=0, began_at=now)
    mine.update(failures=F("failures") + 1, last_failed_at=now)
    until = now + timedelta(seconds=settings.LOGIN_LOCK_S)
    full = mine.filter(failures__gte=limit)
    if full.update(failures=0, began_at=now, locked_until=until):
        lock.refresh_from_db()
        after = {"until": until.isoformat(), "failures": limit}
        record_audit(actor="", action="login.locked", subject=lock, after=after)


def _plain(name: str) -> str:
    return name.strip().lower()[:150]
