"""The network between programs and a server: it can break connections, stall, and lose them.

A proxy on loopback. Where a connection is lost neither side is told, as by a firewall that forgot
it, and to both the other one still seems to be there.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

AT_ONCE = 1 << 16
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER that lets a closed socket say RST, and not FIN."""
SECONDS = 10


@dataclass(eq=False)
class Way:
    """One connection through the network."""

    ends: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    is_lost: bool = False

    def cut(self) -> None:
        for end in self.ends:
            with suppress(OSError):
                found: socket.socket = end.get_extra_info("socket")
                found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            end.transport.abort()


@dataclass
class Network:
    """Passes everything on to a server, until it is told otherwise."""

    server: int
    loop: asyncio.AbstractEventLoop
    port: int = 0
    ways: list[Way] = field(default_factory=list)
    flowing: asyncio.Event = field(default_factory=asyncio.Event)
    close_door: Callable[[], None] = lambda: None
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def cuts(self) -> None:
        """Break every connection, and tell both sides."""
        self.do(self._cut())

    def loses(self) -> None:
        """Carry nothing any more on the connections that there are, and tell nobody."""
        self.do(self._lose())

    def stalls(self) -> None:
        """Accept what comes, also new connections, and carry nothing."""
        self.loop.call_soon_threadsafe(self.flowing.clear)

    def flows(self) -> None:
        """Carry on, also what came meanwhile."""
        self.loop.call_soon_threadsafe(self.flowing.set)

    def do(self, act: Coroutine[Any, Any, Any]) -> None:
        asyncio.run_coroutine_threadsafe(act, self.loop).result(SECONDS)

    async def open(self) -> None:
        self.flowing.set()
        listening = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = listening.sockets[0].getsockname()[1]
        self.close_door = listening.close

    async def close(self) -> None:
        self.close_door()
        await self._cut()
        left = list(self.tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await asyncio.sleep(0)  # what was aborted is closed in the next turn

    async def _cut(self) -> None:
        for way in self.ways:
            way.cut()
        self.ways.clear()

    async def _lose(self) -> None:
        for way in self.ways:
            way.is_lost = True

    def _meet(self, ours: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = self.loop.create_task(self._join(ours, back))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _join(self, ours: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        try:
            theirs, there = await asyncio.open_connection("127.0.0.1", self.server)
        except OSError:
            back.close()  # the server is away
            return
        way = Way((back, there))
        self.ways.append(way)
        await asyncio.gather(self._carry(way, ours, there), self._carry(way, theirs, back))

    async def _carry(
        self, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            while piece := await reader.read(AT_ONCE):
                await self.flowing.wait()
                if not way.is_lost:
                    writer.write(piece)
                    await writer.drain()
        if not way.is_lost:
            writer.close()


@contextmanager
def network(server: int) -> Iterator[Network]:
    """Stand between programs and the server at a port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    made = Network(server, loop)
    try:
        made.do(made.open())
        yield made
    finally:
        made.do(made.close())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(SECONDS)
        loop.close()
