"""More slow lines than threads: whoever comes then is told when to come again, and all is well when they are gone."""

from __future__ import annotations

import socket
import time
from pathlib import Path

from tests.faults.clients import FieldApp
from tests.faults.homes import Server, home_with_world
from tests.faults.outboxes import Writer, check_exactly_once
from tests.integration.world import TOKEN


def test_too_many_slow_lines_are_told_when_to_come_again(tmp_path: Path) -> None:
    home = home_with_world(tmp_path / "home", "sqlite")
    writer = Writer(home)
    server = Server(home, None, "--workers", "1").start()
    phone = FieldApp(server.port, writer.outbox(5, 1), timeout=60)
    sent = list(phone.outbox.values())
    slow: list[socket.socket] = []
    try:
        for _ in range(10):
            line = socket.create_connection(("127.0.0.1", server.port))
            head = (
                "POST /api/v1/submissions/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                f"Authorization: Bearer {TOKEN}\r\nContent-Length: 100000\r\n\r\n{{"
            )
            line.sendall(head.encode())
            slow.append(line)
        time.sleep(4)
        begun = time.monotonic()
        answer = phone.session.post(f"{phone.url}/api/v1/submissions/batch", json={"submissions": []}, timeout=30)
        assert (answer.status_code, answer.json()["code"]) == (503, "busy"), answer.text
        assert 5 <= int(answer.headers["Retry-After"]) <= 20
        assert time.monotonic() - begun < 5
        assert server.answers("/healthz")
        for line in slow:
            line.close()
        phone.sync_until_done()
    finally:
        server.kill()
    check_exactly_once(home, sent, phone.receipts)
