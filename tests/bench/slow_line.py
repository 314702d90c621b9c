"""A line as a valley has it: so many bits a second for all connections together, and so long until anything arrives."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress


class SlowLine:
    """Passes on what comes to `port`. `sent`, `received`: bytes, headers included, as the phone sends and gets them."""

    def __init__(self, to: int, kbit: float = 50, latency: float = 0.5) -> None:
        self.to, self.rate, self.latency = to, kbit * 1000 / 8, latency
        self.sent = self.received = 0
        self.busy = {"up": 0.0, "down": 0.0}  # until when the line is taken
        self.port = 0
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()
        self.ready.wait(10)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._meet, "127.0.0.1", 0))
        self.port = int(server.sockets[0].getsockname()[1])
        self.ready.set()
        self.loop.run_forever()
        server.close()

    async def _meet(self, phone_in: asyncio.StreamReader, phone_out: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self.latency)  # the connection's own way there and back
        with suppress(OSError, asyncio.CancelledError):
            office_in, office_out = await asyncio.open_connection("127.0.0.1", self.to)
            await asyncio.gather(self._pass(phone_in, office_out, "up"), self._pass(office_in, phone_out, "down"))

    async def _pass(self, from_: asyncio.StreamReader, to: asyncio.StreamWriter, way: str) -> None:
        """Half of the latency each way; pieces in their order, each when the line has had time for it."""
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        writing = asyncio.ensure_future(self._write(queue, to))
        try:
            while data := await from_.read(512):
                self.busy[way] = max(self.busy[way], time.monotonic()) + len(data) / self.rate
                self.sent += len(data) if way == "up" else 0
                self.received += len(data) if way == "down" else 0
                queue.put_nowait((self.busy[way] + self.latency / 2, data))
                await asyncio.sleep(max(0.0, self.busy[way] - time.monotonic()))  # connections take turns
        except OSError:
            pass
        queue.put_nowait((0.0, b""))
        await writing

    async def _write(self, queue: asyncio.Queue[tuple[float, bytes]], to: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while True:
                at, data = await queue.get()
                if not data:
                    break
                await asyncio.sleep(max(0.0, at - time.monotonic()))
                to.write(data)
                await to.drain()
        to.close()
