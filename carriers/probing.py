"""Whether a platform can be worked with as it is configured, in words for whoever set it up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from carriers.contracts import Platform, Store
from carriers.easyship.client import EasyshipClient
from carriers.errors import (
    UpstreamError,
    UpstreamNotFound,
    UpstreamRateLimited,
    UpstreamUnauthorized,
    UpstreamUnreachable,
    UpstreamUnreadable,
)
from carriers.platforms import easyship_client, veeqo_client
from carriers.veeqo.client import VeeqoClient

KEYS = {
    Platform.VEEQO: "Make a key in Veeqo under Settings, Users, and set VEEQO_API_KEY.",
    Platform.EASYSHIP: "Make a token in Easyship under Connect, API, and set EASYSHIP_API_TOKEN.",
}
DIRECT = "direct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at; `detail` is what was found, or what to do about it."""

    name: str
    is_fine: bool
    detail: str


class Wanting(Exception):
    """The platform answered, and what it has is not enough; the message says what to do."""


Look = Callable[[], str]


def probe(platform: Platform) -> Iterator[Check]:
    """Look at everything that shipping needs; reads only, and ends when it gets no further.

    A platform that is out of reach or refuses the key would fail every other check too.
    """
    looks = _veeqo_looks() if platform is Platform.VEEQO else _easyship_looks()
    for name, look in looks:
        try:
            yield Check(name=name, is_fine=True, detail=look())
        except Wanting as exc:
            yield Check(name=name, is_fine=False, detail=str(exc))
        except UpstreamError as exc:
            yield Check(name=name, is_fine=False, detail=_in_words(platform, exc))
            if isinstance(exc, UpstreamUnreachable | UpstreamUnauthorized):
                return


def host_of(platform: Platform) -> str:
    is_veeqo = platform is Platform.VEEQO
    host: str = settings.VEEQO_BASE_URL if is_veeqo else settings.EASYSHIP_BASE_URL
    return host


def _in_words(platform: Platform, error: UpstreamError) -> str:
    host = host_of(platform)
    if isinstance(error, UpstreamUnreachable):
        return f"{host} cannot be reached. Check the address, the network and its firewall."
    if isinstance(error, UpstreamUnauthorized):
        return f"The key is refused ({error.detail}). {KEYS[platform]}"
    if isinstance(error, UpstreamNotFound | UpstreamUnreadable):
        return f"{host} answers, but not as {platform.name.title()} does. Is the address right?"
    if isinstance(error, UpstreamRateLimited):
        wait_s = error.retry_after_s
        when = "later" if wait_s is None else f"in {wait_s:.0f} s"
        return f"It asks to slow down; try again {when}."
    return error.detail


def _veeqo_looks() -> list[tuple[str, Look]]:
    client = veeqo_client()
    return [
        ("key", lambda: _veeqo_key(client)),
        ("store", lambda: _veeqo_store(client)),
        ("warehouses", lambda: _veeqo_warehouses(client)),
        ("products", lambda: _veeqo_products(client)),
        ("orders", lambda: _veeqo_orders(client)),
    ]


def _veeqo_key(client: VeeqoClient) -> str:
    client.list_delivery_methods()
    return f"accepted by {settings.VEEQO_BASE_URL}"


def _veeqo_store(client: VeeqoClient) -> str:
    """The store that orders are made in: the configured one, or the first direct one."""
    stores = client.list_stores()
    configured = str(settings.VEEQO_CHANNEL_ID or "")
    if configured:
        found = [store for store in stores if store.store_ref == configured]
        return _usable(
            found, f"VEEQO_CHANNEL_ID is {configured}, but there is no such active store."
        )
    direct = [store for store in stores if store.type_code == DIRECT]
    return _usable(
        direct, "There is no active direct store. Make one in Veeqo, or set VEEQO_CHANNEL_ID."
    )


def _usable(stores: list[Store], otherwise: str) -> str:
    active = [store for store in stores if store.is_active]
    if not active:
        raise Wanting(otherwise)
    return f"orders go to {active[0].name} ({active[0].store_ref})"


def _veeqo_warehouses(client: VeeqoClient) -> str:
    warehouses = client.list_warehouses()
    if not warehouses:
        raise Wanting("There is no warehouse. Make one in Veeqo before shipping from it.")
    return ", ".join(warehouse.name for warehouse in warehouses)


def _veeqo_products(client: VeeqoClient) -> str:
    page = client.list_products()
    count = page.total if page.total is not None else len(page.rows)
    if not count:
        raise Wanting("There is no product, and an order can only hold what is listed there.")
    return f"{count} listed"


def _veeqo_orders(client: VeeqoClient) -> str:
    client.list_orders(updated_since=timezone.now() - timedelta(hours=1))
    return "can be read"


def _easyship_looks() -> list[tuple[str, Look]]:
    client = easyship_client()
    return [
        ("key", lambda: _easyship_key(client)),
        ("credit", lambda: _easyship_credit(client)),
        ("courier services", lambda: _easyship_services(client)),
        ("saved addresses", lambda: _easyship_addresses(client)),
        ("shipments", lambda: _easyship_shipments(client)),
    ]


def _easyship_key(client: EasyshipClient) -> str:
    account = client.get_account()
    return f"accepted for {account.name} ({account.account_ref})"


def _easyship_credit(client: EasyshipClient) -> str:
    credit = client.get_credit()
    if credit.available.amount <= 0:
        raise Wanting(f"{credit.available} available: no label can be bought. Add funds.")
    return f"{credit.available} available"


def _easyship_services(client: EasyshipClient) -> str:
    services = [service for service in client.list_courier_services().rows if service.is_active]
    if not services:
        raise Wanting("No courier service is active. Switch one on in Easyship.")
    return f"{len(services)} active: {', '.join(sorted({s.carrier for s in services}))}"


def _easyship_addresses(client: EasyshipClient) -> str:
    """None is no fault: every shipment carries its origin."""
    return f"{len(client.list_warehouses())} saved"


def _easyship_shipments(client: EasyshipClient) -> str:
    client.list_shipments(updated_since=timezone.now() - timedelta(hours=1))
    return "can be read"
