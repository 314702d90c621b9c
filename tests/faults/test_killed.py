"""The server is killed at random moments, under load of every kind: receipts hold, nothing is there twice or by half."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from pathlib import Path

import psutil
import pytest

from tests.faults.clients import KINDS, Filled, Phone
from tests.faults.homes import Server, home_with_world
from tests.faults.outboxes import Writer, check_exactly_once

SEED = int(os.environ.get("SEED", "2026"))
SHORT = 4


@pytest.mark.parametrize("kills", [SHORT, pytest.param(int(os.environ.get("KILLS", "100")), marks=pytest.mark.soak)])
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_killed_at_random_moments(tmp_path: Path, database: str, kills: int) -> None:
    home = home_with_world(tmp_path / "home", database)
    writer, dice = Writer(home), random.Random(SEED)
    server = Server(home).start()
    phones = [kind(server.port, {}, timeout=20) for kind in KINDS for _ in range(2)]
    sent: list[Filled] = []
    stop, faults = threading.Event(), []

    def one(phone: Phone, number: int) -> None:
        own = random.Random(SEED * 100 + number)
        try:
            while not stop.is_set():
                phone.outbox |= writer.outbox(own.randint(1, 12), own.randint(0, 2), own.randrange(10**6))
                sent.extend(phone.outbox.values())
                phone.sync_until_done(tries=10_000, pause=0.1)
        except BaseException as fault:
            faults.append(f"SEED={SEED} {type(phone).__name__}: {fault!r}")

    threads = [threading.Thread(target=one, args=(phone, n)) for n, phone in enumerate(phones)]
    for thread in threads:
        thread.start()
    try:
        for number in range(kills):
            time.sleep(dice.uniform(0.2, 2.5))
            if number % 2:
                server.kill()
                server.start()
            else:  # a worker alone, as the kernel does when memory is short: the server begins another
                kill_a_worker(server, dice)
    finally:
        stop.set()
        for thread in threads:
            thread.join(300)
    assert faults == []
    assert [error for phone in phones for error in phone.errors] == []
    receipts = {key: outcome for phone in phones for key, outcome in phone.receipts.items()}
    assert server.end() == 0
    print(f"SEED={SEED} {database}: {kills} kills, {len(sent)} reports, {len(receipts)} receipts")
    assert len(sent) > kills
    check_exactly_once(home, sent, receipts)


def kill_a_worker(server: Server, dice: random.Random) -> None:
    assert server.process is not None
    children = psutil.Process(server.process.pid).children(recursive=True)
    workers = [child for child in children if child.is_running()]
    if workers:
        os.kill(dice.choice(workers).pid, signal.SIGKILL)
    server.wait()
