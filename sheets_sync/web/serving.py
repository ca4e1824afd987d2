"""An application -> a server that slow, large and broken requests cannot hold up (fault 6).

Requests are read by one loop and answered only when they are whole, so a slow one takes a
connection and nothing else, and that for a bounded time.
"""

import socket
import time
from typing import Any

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import create_server
from waitress.task import ErrorTask
from waitress.utilities import BadRequest

from sheets_sync.web.dispatching import Dispatcher
from sheets_sync.web.headers import ALWAYS
from sheets_sync.web.posting import BODY_BYTES

REQUEST_SECONDS = 20
SERVER_BYTES = 4 * BODY_BYTES
"""Above it waitress hangs up; up to there the application answers with a page that says why."""
CONNECTIONS = 500
"""`select`, on which waitress waits, knows no file numbers above 1,023."""


class _RequestTimeout(BadRequest):  # type: ignore[misc]  # waitress has no types
    code = 408
    reason = "Request Timeout"


class _ErrorTask(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """What waitress answers itself, with our headers."""

    def execute(self) -> None:
        self.response_headers.extend(ALWAYS)
        super().execute()


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Refuses what a proxy may have read in another way (RFC 9112, sections 5.2, 6.1 and 6.3)."""

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        lines = header_plus.lower().split(b"\r\n")
        encoded = [line for line in lines if line.startswith(b"transfer-encoding")]
        lengths = [line for line in lines if line.startswith(b"content-length")]
        if (encoded and lengths) or b",".join(encoded).count(b"chunked") > 1:
            raise ParsingError("It says in two ways how long it is")
        if any(line[:1] in (b" ", b"\t") for line in lines):
            raise ParsingError("A header goes on in another line")


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection whose requests must be whole within some seconds."""

    error_task_class = _ErrorTask
    parser_class = _Parser
    seconds: float = REQUEST_SECONDS
    request: Any
    _begun = 0.0

    def received(self, data: bytes) -> bool:
        if self.request is None:
            self._begun = time.monotonic()
        return bool(super().received(data))

    def readable(self) -> bool:
        # Asked of every connection at each turn of the loop, at least once a second.
        waiting = self.request is not None and not self.requests
        if waiting and time.monotonic() - self._begun > self.seconds:
            self._give_up()
        return bool(super().readable())

    def _give_up(self) -> None:
        with self.requests_lock:
            late, self.request = self.request, None
            late.error = _RequestTimeout(f"it took more than {self.seconds:.0f} seconds")
            late.completed = True
            self.requests.append(late)
        self.server.add_task(self)


class Server:
    """A listening socket and the threads that answer."""

    def __init__(
        self, app: Flask, *, host: str, port: int, seconds: float = REQUEST_SECONDS
    ) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
        self._server: Any = create_server(
            app,
            sockets=[listening],
            _dispatcher=Dispatcher(),
            connection_limit=CONNECTIONS,
            channel_timeout=60,
            cleanup_interval=10,
            max_request_body_size=SERVER_BYTES,
            max_request_header_size=32 * 1024,
            # The application counts the hops it trusts itself (fault 13).
            clear_untrusted_proxy_headers=False,
            ident="",
        )
        self._server.channel_class = type("Channel", (_Channel,), {"seconds": seconds})
        self.port: int = listening.getsockname()[1]

    def run(self) -> None:
        """Answer until the process is interrupted or `close` is called."""
        try:
            self._server.run()
        except OSError:  # the loop was waiting on a socket that `close` took away
            if self._server.accepting:
                raise

    def close(self) -> None:
        """Stop listening, let those who are being answered finish, and give the threads back."""
        self._server.accepting = False
        self._server.task_dispatcher.shutdown()
        self._server.asyncore.close_all(self._server._map)


def serve(app: Flask, host: str, port: int) -> None:
    """Answer requests until the process is interrupted."""
    server = Server(app, host=host, port=port)
    try:
        server.run()
    finally:
        server.close()
