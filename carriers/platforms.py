"""The platforms as configured: sandbox and real hosts differ by base URL and key alone."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from carriers.contracts import Platform
from carriers.easyship.client import EasyshipClient
from carriers.easyship.port import EasyshipPort
from carriers.easyship.refusals import RULES as EASYSHIP_RULES
from carriers.http import PlatformSession
from carriers.ports import ShippingPort
from carriers.services.calls import record_call
from carriers.services.facts import Remember, memory_of
from carriers.services.gates import SharedGate
from carriers.services.pacing import credential_of
from carriers.veeqo.client import VeeqoClient
from carriers.veeqo.port import VeeqoPort
from carriers.veeqo.refusals import RULES as VEEQO_RULES

USER_AGENT = f"shipping-automation/{settings.VERSION}"


def easyship_port() -> EasyshipPort:
    """For what only Easyship does, such as batches."""
    memory = _memory(Platform.EASYSHIP, settings.EASYSHIP_BASE_URL, settings.EASYSHIP_API_TOKEN)
    return EasyshipPort(easyship_client(), remember=memory)


@cache
def port_for(platform: Platform) -> ShippingPort:
    """The one port of a platform in this process."""
    if platform is Platform.VEEQO:
        memory = _memory(platform, settings.VEEQO_BASE_URL, settings.VEEQO_API_KEY)
        channel_id = settings.VEEQO_CHANNEL_ID
        return VeeqoPort(veeqo_client(), channel_id=channel_id, remember=memory)
    return easyship_port()


def veeqo_client() -> VeeqoClient:
    """For the calls that only Veeqo knows."""
    session = _session(
        Platform.VEEQO,
        settings.VEEQO_BASE_URL,
        settings.VEEQO_API_KEY,
        settings.HTTP_CONNECT_TIMEOUT_S,
        settings.HTTP_READ_TIMEOUT_S,
    )
    return VeeqoClient(session, label_timeout_s=settings.HTTP_LABEL_TIMEOUT_S)


def easyship_client() -> EasyshipClient:
    """For the calls that only Easyship knows."""
    session = _session(
        Platform.EASYSHIP,
        settings.EASYSHIP_BASE_URL,
        settings.EASYSHIP_API_TOKEN,
        settings.HTTP_CONNECT_TIMEOUT_S,
        settings.HTTP_READ_TIMEOUT_S,
    )
    return EasyshipClient(session, label_timeout_s=settings.HTTP_LABEL_TIMEOUT_S)


def _memory(platform: Platform, base_url: str, secret: str) -> Remember:
    """Facts belong to an account at a host."""
    return memory_of(f"{credential_of(platform, secret)}:{base_url}")


@cache
def _session(
    platform: Platform, base_url: str, secret: str, connect_timeout_s: float, read_timeout_s: float
) -> PlatformSession:
    """One for each credential and host in this process."""
    is_veeqo = platform is Platform.VEEQO
    credential = {"x-api-key": secret} if is_veeqo else {"Authorization": f"Bearer {secret}"}
    return PlatformSession(
        platform=platform.value,
        base_url=base_url,
        headers={**credential, "User-Agent": USER_AGENT},
        secret=secret,
        connect_timeout_s=connect_timeout_s,
        read_timeout_s=read_timeout_s,
        recorder=record_call,
        rules=VEEQO_RULES if is_veeqo else EASYSHIP_RULES,
        gate=SharedGate(platform, secret),
    )
