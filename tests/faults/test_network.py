"""A line that cuts, resets, stalls, slows down, truncates and duplicates: every report arrives exactly once."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.faults.clients import KINDS, Phone
from tests.faults.homes import Server, home_with_world
from tests.faults.outboxes import Writer, check_exactly_once
from tests.faults.proxy import KINDS as FAULTS
from tests.faults.proxy import FaultyLine

SEED = int(os.environ.get("SEED", "2026"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    found = Server(home_with_world(tmp_path_factory.mktemp("network") / "home", request.param))
    found.start()
    yield found
    found.kill()


@pytest.fixture(scope="module")
def writer(server: Server) -> Writer:
    return Writer(server.home)


@pytest.mark.parametrize("runs", [12, pytest.param(int(os.environ.get("RUNS", "1000")), marks=pytest.mark.soak)])
def test_every_report_arrives_exactly_once(server: Server, writer: Writer, runs: int) -> None:
    """A run is one line with its own seed and three phones, each of another kind, that go on until all is sent."""
    sent, receipts = writer.sent, writer.receipts
    met: Counter[str] = Counter()
    for seed in range(SEED, SEED + runs):
        with FaultyLine(server.port, seed, share=0.6, stall=0.4) as line:
            phones = [kind(line.port, writer.outbox(4, 1, seed * 10 + n), timeout=1.5) for n, kind in enumerate(KINDS)]
            sent += [filled for phone in phones for filled in phone.outbox.values()]
            at_once(phones, seed)
        met += line.counts
        for phone in phones:
            assert phone.errors == [], f"SEED={seed}"
            receipts |= phone.receipts
    assert len(set(met) & set(FAULTS)) >= 4
    check_exactly_once(server.home, sent, receipts)
    print(f"seeds {SEED} to {SEED + runs - 1}: {len(sent)} reports, faults {dict(met)}")


def at_once(phones: list[Phone], seed: int) -> None:
    faults: list[str] = []

    def one(phone: Phone) -> None:
        try:
            phone.sync_until_done()
        except BaseException as fault:
            faults.append(f"SEED={seed} {type(phone).__name__}: {fault!r}")

    threads = [threading.Thread(target=one, args=(phone,)) for phone in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
