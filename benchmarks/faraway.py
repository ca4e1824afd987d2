"""`python -m benchmarks.faraway PORT`: a proxy to that port that is 30 ms away, there and back."""

import asyncio
import sys

ONE_WAY = 0.015
PIECE = 1 << 18


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on each piece 15 ms after it came, however many are on their way."""
    loop = asyncio.get_running_loop()
    while piece := await reader.read(PIECE):
        loop.call_later(ONE_WAY, writer.write, piece)
    loop.call_later(ONE_WAY, writer.close)


async def _serve(port: int) -> None:
    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(
            _carry(reader, far_writer), _carry(far_reader, writer), return_exceptions=True
        )

    server = await asyncio.start_server(meet, "127.0.0.1", 0, limit=PIECE)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
