"""Small things that every page says the same way."""

from __future__ import annotations

from django import template
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

CURRENT = mark_safe('aria-current="page"')  # a constant of ours
TONES = {constants.SUCCESS: "ok", constants.WARNING: "warn", constants.ERROR: "bad"}


@register.simple_tag(takes_context=True)
def current(context: template.Context, *names: str) -> SafeString:
    """Marks a link of the navigation when the page shown is one of `names`."""
    match = getattr(context.get("request"), "resolver_match", None)
    return CURRENT if match and match.url_name in names else SafeString("")


@register.filter
def message_tone(message: Message) -> str:
    """The last part of an alert's class."""
    return TONES.get(message.level, "info")
