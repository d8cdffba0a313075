"""Refreshing a login: one use for each refresh token, rights read anew each time."""

from __future__ import annotations

from django.contrib.auth.models import update_last_login
from django.db import transaction
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken
from rest_framework_simplejwt.utils import get_md5_hash_password

from accounts.models import User

REFUSED = "This refresh token is no longer valid; log in again."


def log_in(user: User) -> dict[str, str]:
    """A new pair for somebody who gave their password."""
    update_last_login(None, user)  # type: ignore[arg-type] # it takes any user model
    return tokens_for(user)


def tokens_for(user: User) -> dict[str, str]:
    """A new pair. The claims are a hint for clients; rights are read from the database."""
    refresh = RefreshToken.for_user(user)
    refresh["role"] = user.role
    refresh["organization"] = user.organization_id
    return {"refresh": str(refresh), "access": str(refresh.access_token)}


def refresh_tokens(text: str) -> dict[str, str]:
    """Swap a refresh token for a new pair. Eight uses at once succeed once.

    Raises InvalidToken for a used or unknown token, a changed password, or a user that is gone.
    """
    try:
        token = RefreshToken(text)  # type: ignore[arg-type]
    except TokenError as exc:
        raise InvalidToken(REFUSED) from exc
    with transaction.atomic():
        _use_up(token)
        return tokens_for(_user_of(token))


def revoke(text: str) -> None:
    """Log out: the refresh token is used up. A repeat changes nothing."""
    try:
        RefreshToken(text).blacklist()  # type: ignore[arg-type]
    except TokenError:
        return


def _use_up(token: RefreshToken) -> None:
    """The row is locked first, so that of two users of one token the second sees it used."""
    outstanding = (
        # Without an order of our own the model's joins the users, which PostgreSQL cannot lock.
        OutstandingToken.objects.select_for_update()
        .order_by("pk")
        .filter(jti=token[api_settings.JTI_CLAIM])
        .first()
    )
    if outstanding is None:
        raise InvalidToken(REFUSED)
    _, is_first_use = BlacklistedToken.objects.get_or_create(token=outstanding)
    if not is_first_use:
        raise InvalidToken(REFUSED)


def _user_of(token: RefreshToken) -> User:
    people = User.objects.select_related("organization")
    user = people.filter(pk=token.get(api_settings.USER_ID_CLAIM)).first()
    if user is None or not user.may_act:
        raise InvalidToken(REFUSED)
    if token.get(api_settings.REVOKE_TOKEN_CLAIM) != get_md5_hash_password(user.password):
        raise InvalidToken(REFUSED)
    return user
