"""TRUSTED_PROXIES -> networks."""

from __future__ import annotations

import ipaddress

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(text: str) -> list[Network]:
    """From addresses and networks with commas between. Raises ValueError, which says what to write."""
    try:
        return [ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise ValueError(
            f"TRUSTED_PROXIES: {error}. Write addresses or networks with commas between: 127.0.0.1,10.0.0.0/8"
        ) from error
