"""Whether a post comes from somebody who knows our secret. Pure.

Easyship signs with a JSON Web Token by HS256 in `X-EASYSHIP-SIGNATURE`, whose key is the secret of
the webhook. The token does not cover the body and does not expire: it proves the sender alone.
Source: Easyship, webhooks guide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jwt

ALGORITHM = "HS256"
COMPANY_CLAIM = "easyship_company_id"


@dataclass(frozen=True, slots=True)
class Sender:
    """The account that the signature names, "" where it names none."""

    account_ref: str


def sender_of(token: str, *, secrets: Sequence[str]) -> Sender | None:
    """None for a token that none of the secrets made; during a rotation there are several."""
    for secret in secrets:
        try:
            claims = jwt.decode(token, secret, algorithms=[ALGORITHM])
        except jwt.InvalidTokenError:
            continue
        company = claims.get(COMPANY_CLAIM)
        return Sender(str(company)[:80] if isinstance(company, str | int) else "")
    return None
