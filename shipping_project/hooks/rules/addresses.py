"""Which hosts a partner may have us post to: public ones, so that nobody reaches our own net."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

LONGEST_URL = 500
# Public by the registry, yet each of their addresses stands for an IPv4 one.
TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("2002::/16"))


def is_public(address: str) -> bool:
    """Whether an IP address lies in the open internet."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if any(ip in net for net in TRANSLATED):
            return False
    return ip.is_global and not ip.is_multicast


def fault_of_url(url: str, *, private_allowed: bool) -> str:
    """What is wrong with a target as it is written, in words; empty where nothing is."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "This is no address."
    if len(url) > LONGEST_URL or not host or not url.isascii() or not url.isprintable():
        return f"Give a whole address of at most {LONGEST_URL} ASCII characters."
    if parts.username or parts.password or parts.fragment or " " in url:
        return "Leave out names, passwords, blanks and what follows a #."
    schemes = ("https", "http") if private_allowed else ("https",)
    if parts.scheme not in schemes:
        return "Give an address that begins with https://."
    if not private_allowed and _names_private(parts):
        return "Give a host that can be reached from the internet."
    return ""


def _names_private(parts: SplitResult) -> bool:
    host = (parts.hostname or "").rstrip(".")
    try:
        return not is_public(host)
    except ValueError:
        return host == "localhost" or "." not in host
