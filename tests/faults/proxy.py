"""A line that goes wrong between a client and a server, in ways that a seed decides: cut, reset, stalled, slow as 2G,
cut short with a clean end, and a request that arrives twice.

In a test:  with FaultyLine(to=port, seed=7) as line: ... http://127.0.0.1:{line.port}
By hand:    python -m tests.faults.proxy --to 8000 --port 8001 --seed 7 [--share 0.5] [--kinds slow,cut]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

KINDS = ("cut", "reset", "stall", "slow", "truncate", "twice")
FAR = 1_000_000_000  # a byte that no connection reaches


@dataclass(frozen=True)
class Fault:
    """What happens to one connection: at byte `at` of the request (`up`) or of the answer."""

    kind: str = ""
    up: bool = True
    at: int = FAR
    seconds: float = 0.0  # of a stall
    rate: int = 0  # bytes a second; 0: as fast as it goes

    @classmethod
    def draw(cls, dice: random.Random, share: float, kinds: Sequence[str], most: int, stall: float) -> Fault:
        if dice.random() >= share:
            return cls()
        kind, up = dice.choice(list(kinds)), dice.random() < 0.6
        # Half of them early, where the headers are; the others anywhere.
        at = dice.randrange(600 if dice.random() < 0.5 else most)
        rate = dice.choice([2_000, 4_000, 8_000]) if kind == "slow" else 0
        return cls(kind, up, FAR if kind in ("slow", "twice") else at, stall * dice.uniform(0.2, 2), rate)


class FaultyLine:
    """`counts` says how many connections met which fault. `down()` and `back()` take the whole line away and back."""

    def __init__(
        self, to: int, seed: int, share: float = 0.5, kinds: Sequence[str] = KINDS, most: int = 60_000,
        stall: float = 1.0, port: int = 0,
    ) -> None:  # fmt: skip
        self.to, self.share, self.kinds, self.most, self.stall, self.port = to, share, kinds, most, stall, port
        self.dice, self.counts = random.Random(seed), Counter[str]()
        self._open, self._ready, self._loop = True, threading.Event(), asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> FaultyLine:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def down(self) -> None:
        self._open = False

    def back(self) -> None:
        self._open = True

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._connected, "127.0.0.1", self.port))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = Fault.draw(self.dice, self.share, self.kinds, self.most, self.stall)
        self.counts[fault.kind] += 1
        with contextlib.suppress(OSError, asyncio.CancelledError):
            if not self._open:
                return _reset(writer)
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to)
            said = bytearray()
            both = [
                asyncio.create_task(self._pass(reader, far_writer, fault, True, said)),
                asyncio.create_task(self._pass(far_reader, writer, fault, False, bytearray())),
            ]
            try:
                await asyncio.gather(*both)
            except _Broken as how:
                for task in both:
                    task.cancel()
                for end in (writer, far_writer):
                    _reset(end) if how.reset else end.close()
            if fault.kind == "twice":
                await self._again(bytes(said))
        writer.close()
        return None

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault, up: bool, said: bytearray
    ) -> None:
        passed, mine = 0, fault.up == up
        while data := await reader.read(16_384):
            if mine and passed + len(data) > fault.at >= passed:
                await self._go_wrong(data[: fault.at - passed], data[fault.at - passed :], writer, fault)
            else:
                await self._write(data, writer, fault.rate)
            passed += len(data)
            said += data
        with contextlib.suppress(OSError):
            writer.write_eof()

    async def _go_wrong(self, before: bytes, rest: bytes, writer: asyncio.StreamWriter, fault: Fault) -> None:
        writer.write(before)
        with contextlib.suppress(OSError):
            await writer.drain()
        if fault.kind == "stall":
            await asyncio.sleep(fault.seconds)
            await self._write(rest, writer, 0)
        elif fault.kind == "truncate":  # a clean end, as of a proxy that gave up: nothing says that more was to come
            writer.write_eof()
            await asyncio.sleep(0.05)
            raise _Broken(reset=False)
        else:
            raise _Broken(reset=fault.kind == "reset")

    async def _write(self, data: bytes, writer: asyncio.StreamWriter, rate: int) -> None:
        step = max(1, rate // 20) if rate else len(data)
        for begin in range(0, len(data), step):
            writer.write(data[begin : begin + step])
            await writer.drain()
            if rate:
                await asyncio.sleep(0.05)

    async def _again(self, said: bytes) -> None:
        """The same bytes once more, whose answer nobody reads: somebody on the way was impatient."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.to)
        writer.write(said)
        writer.write_eof()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                while await reader.read(65_536):
                    pass
        writer.close()


class _Broken(Exception):
    def __init__(self, *, reset: bool) -> None:
        super().__init__()
        self.reset = reset


def _reset(writer: asyncio.StreamWriter) -> None:
    """Not a clean end: as of a phone that lost its cell."""
    found: socket.socket | None = writer.get_extra_info("socket")
    if found is not None:
        with contextlib.suppress(OSError):
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--to", type=int, required=True)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--share", type=float, default=0.5)
    options.add_argument("--kinds", default=",".join(KINDS))
    given = options.parse_args()
    with FaultyLine(given.to, given.seed, given.share, given.kinds.split(","), port=given.port) as line:
        print(f"http://127.0.0.1:{line.port} leads to port {given.to}; Ctrl-C ends it", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
    print(dict(line.counts))


if __name__ == "__main__":
    main()
