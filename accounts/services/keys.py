"""API keys: made once, shown once, checked by one indexed query."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiKey
from accounts.scopes import SCOPES
from accounts.services.audit import record_audit
from shipping_project.kernel.errors import FieldError, InvalidInput

BRAND = "ship"
# Noting every use would make each read a write.
USE_NOTED_EVERY = timedelta(minutes=1)


def create_api_key(
    *,
    organization_id: int,
    name: str,
    scopes: Sequence[str],
    actor: str,
    created_by_id: int | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret text, which is kept nowhere. Raises InvalidInput."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        message = f"Choose from {', '.join(SCOPES)}."
        raise InvalidInput(
            errors=[FieldError(field="scopes", code="scope.unknown", message=message)]
        )
    prefix, secret = secrets.token_hex(5), secrets.token_urlsafe(24)
    with transaction.atomic():
        key = ApiKey.objects.create(
            organization_id=organization_id,
            name=name,
            prefix=prefix,
            digest=digest_of(secret),
            scopes=sorted(set(scopes)),
            created_by_id=created_by_id,
            expires_at=expires_at,
        )
        record_audit(actor=actor, action="api_key.created", subject=key, after={"scopes": scopes})
    return key, f"{BRAND}_{prefix}_{secret}"


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
    key = ApiKey.objects.select_related("organization").filter(prefix=prefix).first()
    if key is None or not hmac.compare_digest(key.digest, digest_of(secret)):
        return None
    return key if key.is_valid_at(timezone.now()) else None


def note_use(key: ApiKey) -> None:
    now = timezone.now()
    if key.last_used_at and now - key.last_used_at < USE_NOTED_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
