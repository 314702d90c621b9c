"""Addresses to listen on: whether one is free, this machine's own, and how a browser writes it."""

from __future__ import annotations

import errno
import ipaddress
import socket

from backend.errors import Conflict, Invalid

_EVERY = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # looked up, not bound


def check_free(host: str, port: int) -> None:
    """Raises Conflict or Invalid. A server's sockets share a port, so a second one would start and get half the calls."""
    if not 1 <= port <= 65535:
        raise Invalid(f"{port} is no port. Choose one from 1024 to 65535.", where="port")
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise Invalid(f"{host}:{port} is no address to listen on.", where="host") from error
    with socket.socket(family, kind, protocol) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(place)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Conflict(f"Port {port} is in use. Choose another: --port {port + 1}", where="port") from error
            raise Invalid(f"Cannot listen on {host}:{port}: {error.strerror}.", where="host") from error


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def own_url(host: str, port: int) -> str:
    """Where this machine reaches a server that listens on `host`."""
    return url(_EVERY.get(host, host), port)
