"""API keys: made once, shown once, checked by one indexed query."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiKey
from accounts.scopes import SCOPES
from accounts.services.audit import record_audit
from shipping_project.kernel.errors import Conflict, FieldError, InvalidInput

BRAND = "ship"
# As django-ratelimit reads it; 0 would shut the key out without a word.
RATE = re.compile(r"[1-9][0-9]{0,6}/[smhd]")
# Noting every use would make each read a write.
USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTerms:
    """What a key may do, from where, how often, and until when."""

    name: str
    scopes: Sequence[str]
    networks: Sequence[str] = ()
    rate: str = ""
    order_rate: str = ""
    expires_at: datetime | None = None


def create_api_key(
    *, organization_id: int, terms: KeyTerms, actor: str, created_by_id: int | None = None
) -> tuple[ApiKey, str]:
    """A new key and its secret text, which is kept nowhere. Raises InvalidInput."""
    if faults := list(faults_of(terms)):
        raise InvalidInput(errors=faults)
    prefix, secret = secrets.token_hex(5), secrets.token_urlsafe(24)
    scopes = sorted(set(terms.scopes))
    with transaction.atomic():
        key = ApiKey.objects.create(
            organization_id=organization_id,
            name=terms.name,
            prefix=prefix,
            digest=digest_of(secret),
            scopes=scopes,
            networks=[str(ip_network(text)) for text in terms.networks],
            rate=terms.rate,
            order_rate=terms.order_rate,
            created_by_id=created_by_id,
            expires_at=terms.expires_at,
        )
        after = {
            "scopes": scopes,
            "networks": key.networks,
            "rate": key.rate,
            "order_rate": key.order_rate,
        }
        record_audit(actor=actor, action="api_key.created", subject=key, after=after)
    return key, f"{BRAND}_{prefix}_{secret}"


def rotate_api_key(
    *, key: ApiKey, overlap: timedelta, actor: str, created_by_id: int | None = None
) -> tuple[ApiKey, str]:
    """A second key on the same terms; the first one works for `overlap` yet, both meanwhile.

    Raises Conflict for a key that works no more or was replaced before.
    """
    now = timezone.now()
    with transaction.atomic():
        old = ApiKey.objects.select_for_update(of=("self",)).get(pk=key.pk)
        if old.replaced_by_id is not None or not old.is_valid_at(now):
            raise Conflict("This key is replaced, revoked or expired; make a new one.")
        terms = KeyTerms(
            name=old.name,
            scopes=old.scopes,
            networks=old.networks,
            rate=old.rate,
            order_rate=old.order_rate,
            expires_at=old.expires_at,
        )
        new, secret = create_api_key(
            organization_id=old.organization_id,
            terms=terms,
            actor=actor,
            created_by_id=created_by_id,
        )
        ends_at = min(now + overlap, old.expires_at) if old.expires_at else now + overlap
        ApiKey.objects.filter(pk=old.pk).update(replaced_by=new, expires_at=ends_at)
        after = {"replaced_by": new.prefix, "expires_at": ends_at.isoformat()}
        record_audit(actor=actor, action="api_key.rotated", subject=old, after=after)
    return new, secret


def faults_of(terms: KeyTerms) -> Iterator[FieldError]:
    """What is wrong with them, one fault for each field."""
    if not terms.scopes or set(terms.scopes) - set(SCOPES):
        message = f"Choose from {', '.join(SCOPES)}."
        yield FieldError(field="scopes", code="scope.unknown", message=message)
    wrong = [text for text in terms.networks if not _is_network(text)]
    if wrong:
        message = f"{wrong[0]!r} is no address or network such as 203.0.113.0/24."
        yield FieldError(field="networks", code="network.invalid", message=message)
    for field in ("rate", "order_rate"):
        text = getattr(terms, field)
        if text and not RATE.fullmatch(text):
            message = "Give a number and s, m, h or d, such as 5000/h."
            yield FieldError(field=field, code="rate.invalid", message=message)


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def may_use_from(key: ApiKey, address: str) -> bool:
    """Whether the key may be used from an address; an unreadable one is nowhere."""
    if not key.networks:
        return True
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return any((mapped or ip) in ip_network(text) for text in key.networks)


def revoke_api_key(*, key: ApiKey, actor: str) -> None:
    """The key stops working at once; a repeat changes nothing."""
    with transaction.atomic():
        revoked = ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(
            revoked_at=timezone.now()
        )
        if revoked:
            record_audit(actor=actor, action="api_key.revoked", subject=key)


def find_api_key(text: str) -> ApiKey | None:
    """The valid key that the text is, None for anything else. Costs one query."""
    brand, _, rest = text.partition("_")
    prefix, _, secret = rest.partition("_")
    if brand != BRAND or not secret or not prefix.isalnum():
        return None
    try:
        key = ApiKey.objects.select_related("organization").get(prefix=prefix)
    except ApiKey.DoesNotExist:
        return None
    if not hmac.compare_digest(key.digest, digest_of(secret)):
        return None
    return key if key.is_valid_at(timezone.now()) else None


def note_use(key: ApiKey) -> None:
    now = timezone.now()
    if key.last_used_at and now - key.last_used_at < USE_NOTED_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
    key.last_used_at = now


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
