"""Whose address tries are counted by: a proxy of ours is believed, nobody else."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from backend.accounts import throttle
from backend.accounts.address import nearest
from backend.config.proxies import networks
from backend.errors import BadToken, TooMany

OURS = networks("127.0.0.1, 10.0.0.0/8,::1")


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("203.0.113.5", "", "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),  # no proxy of ours: what it says is not believed
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "192.0.2.9, 198.51.100.1", "198.51.100.1"),  # the first one is what the client wrote
        ("127.0.0.1", "192.0.2.9, 198.51.100.1, 10.1.2.3", "198.51.100.1"),  # two proxies of ours
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "10.0.0.1, 10.0.0.2", "10.0.0.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_nearest_address_that_is_no_proxy_of_ours(remote: str, forwarded: str, address: str) -> None:
    assert nearest(remote, forwarded, OURS) == address


def test_without_a_setting_no_header_is_believed() -> None:
    assert nearest("127.0.0.1", "198.51.100.1", networks("")) == "127.0.0.1"


def test_a_wrong_setting_says_what_to_write() -> None:
    with pytest.raises(ValueError, match=r"TRUSTED_PROXIES: .*Write addresses or networks"):
        networks("everybody")


def fail(times: int, forwarded: str) -> None:
    for _ in range(times):
        request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})
        with pytest.raises(BadToken), throttle.throttled(request, "test"):
            raise BadToken("wrong")


def test_behind_a_proxy_one_guesser_does_not_shut_out_the_others(settings: Settings) -> None:
    throttle.forget()
    settings.TRUSTED_PROXIES = OURS
    fail(throttle.FAILURES, "198.51.100.1")
    fail(1, "198.51.100.2")
    with pytest.raises(TooMany):
        fail(1, "198.51.100.1")
    throttle.forget()


def test_a_guesser_who_writes_the_header_gets_no_more_tries(settings: Settings) -> None:
    throttle.forget()
    settings.TRUSTED_PROXIES = []
    for last in range(throttle.FAILURES):
        fail(1, f"198.51.100.{last}")
    with pytest.raises(TooMany):
        fail(1, "198.51.100.99")
    throttle.forget()
