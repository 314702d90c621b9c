"""Addresses: one clear line for each that cannot be listened on."""

from __future__ import annotations

import socket

import pytest

from backend import listening
from backend.errors import Conflict, Invalid


def test_a_port_in_use_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Conflict, match=f"Port {port} is in use"):
            listening.check_free("127.0.0.1", port)
    listening.check_free("127.0.0.1", port)


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70000), ("no such host.invalid", 8000), ("192.0.2.1", 8000)])
def test_no_address_of_this_machine(host: str, port: int) -> None:
    with pytest.raises(Invalid):
        listening.check_free(host, port)


EVERY = "0.0.0.0"  # noqa: S104  # only spoken of


def test_which_addresses_are_this_machines_alone() -> None:
    assert [h for h in ("127.0.0.1", "127.5.5.5", "localhost", "::1") if not listening.is_loopback(h)] == []
    assert [h for h in (EVERY, "::", "192.168.1.4", "example.org", "") if listening.is_loopback(h)] == []


def test_as_a_browser_writes_them() -> None:
    assert listening.url("::1", 80) == "http://[::1]:80"
    assert listening.own_url(EVERY, 8000) == "http://127.0.0.1:8000"
    assert listening.own_url("10.0.0.7", 8000) == "http://10.0.0.7:8000"
