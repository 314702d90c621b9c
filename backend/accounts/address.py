"""From which address a request comes. Behind a proxy that is what the proxy says, and nobody else is believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def address_of(request: HttpRequest) -> str:
    """The nearest address that is no trusted proxy of ours: from the right, since anybody may write what is left of it."""
    return nearest(
        str(request.META.get("REMOTE_ADDR", "")),
        request.headers.get("X-Forwarded-For", ""),
        settings.TRUSTED_PROXIES,
    )


def nearest(remote: str, forwarded: str, proxies: Sequence[Network]) -> str:
    address = remote
    for before in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not _trusted(address, proxies):
            break
        address = before
    return address


def _trusted(address: str, proxies: Sequence[Network]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in proxies)
