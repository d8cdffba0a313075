"""The platforms as configured: sandbox and real hosts differ by base URL and key alone."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from carriers.contracts import Platform
from carriers.easyship import parse as easyship_parse
from carriers.easyship.client import EasyshipClient
from carriers.easyship.port import EasyshipPort
from carriers.http import PlatformSession
from carriers.ports import ShippingPort
from carriers.services.calls import record_call
from carriers.veeqo import parse as veeqo_parse
from carriers.veeqo.client import VeeqoClient
from carriers.veeqo.port import VeeqoPort

USER_AGENT = f"shipping-automation/{settings.VERSION}"


@cache
def port_for(platform: Platform) -> ShippingPort:
    """The one port of a platform in this process."""
    return _veeqo() if platform is Platform.VEEQO else _easyship()


def _veeqo() -> VeeqoPort:
    session = PlatformSession(
        platform=Platform.VEEQO.value,
        base_url=settings.VEEQO_BASE_URL,
        headers={"x-api-key": settings.VEEQO_API_KEY, "User-Agent": USER_AGENT},
        connect_timeout_s=settings.HTTP_CONNECT_TIMEOUT_S,
        read_timeout_s=settings.HTTP_READ_TIMEOUT_S,
        recorder=record_call,
        error_texts=veeqo_parse.error_texts,
    )
    client = VeeqoClient(session, label_timeout_s=settings.HTTP_LABEL_TIMEOUT_S)
    return VeeqoPort(client, channel_id=settings.VEEQO_CHANNEL_ID)


def _easyship() -> EasyshipPort:
    session = PlatformSession(
        platform=Platform.EASYSHIP.value,
        base_url=settings.EASYSHIP_BASE_URL,
        headers={
            "Authorization": f"Bearer {settings.EASYSHIP_API_TOKEN}",
            "User-Agent": USER_AGENT,
        },
        connect_timeout_s=settings.HTTP_CONNECT_TIMEOUT_S,
        read_timeout_s=settings.HTTP_READ_TIMEOUT_S,
        recorder=record_call,
        error_texts=easyship_parse.error_texts,
        is_rate_limit=easyship_parse.is_rate_limit,
    )
    client = EasyshipClient(session, label_timeout_s=settings.HTTP_LABEL_TIMEOUT_S)
    return EasyshipPort(client)
