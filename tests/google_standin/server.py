"""A world → an HTTP server on loopback that answers as Google does, faults and all."""

import gzip
import importlib.util
import socket
import struct
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.google_standin import access, drive, oauth, sheets
from tests.google_standin.faults import Fault, Kind, spoiled
from tests.google_standin.wire import ApiError, Request, Response, Route, find_route, parse_target
from tests.google_standin.world import Call, World

ROUTES: tuple[Route, ...] = (*oauth.ROUTES, *sheets.ROUTES, *drive.ROUTES)
if importlib.util.find_spec("tests.google_standin.forms"):
    from tests.google_standin import forms

    ROUTES = (*ROUTES, *forms.ROUTES)


@dataclass(frozen=True, slots=True)
class Standin:
    """The stand-in while it runs."""

    world: World
    port: int

    @property
    def host(self) -> str:
        """Return `host:port`, as SHEETS_EMULATOR_HOST wants it."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Return the address of its root, without a slash at the end."""
        return f"http://{self.host}"

    def credentials(self) -> dict[str, str]:
        """Return a service account's file, its `token_uri` here; the key is made on first use."""
        return oauth.service_account(self.world, f"{self.url}/token")


@contextmanager
def serving(world: World | None = None, *, port: int = 0) -> Iterator[Standin]:
    """Serve a world while the block runs."""
    world = world or World()
    server = start(world, port)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Standin(world, server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def start(world: World, port: int) -> ThreadingHTTPServer:
    """Return a server that listens; the caller runs it."""
    handler = type("Handler", (_Handler,), {"world": world})
    server = _Server(("127.0.0.1", port), handler)
    return server


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent when a client went away; that is its right."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    world: World

    def _answer(self) -> None:
        path, query = parse_target(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        request = Request(self.command, path, query, headers, body)
        if self.world.delay:
            time.sleep(self.world.delay)
        answer, fault = answered(self.world, request)
        if answer is None:
            self._end(fault)
        else:
            self._send(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    def _send(self, answer: Response) -> None:
        body = answer.encoded()
        lines = [f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('',))[0]}"]
        if answer.status != 204:
            lines.append(f"Content-Type: {answer.content_type}")
        lines += [f"Date: {format_datetime(self.world.clock.now(), usegmt=True)}"]
        lines += [f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        # Header and body in one packet: two would cost 40 ms of delayed acknowledgement.
        self.wfile.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def _end(self, fault: Fault | None) -> None:
        self.close_connection = True
        if fault and fault.kind is Kind.TIMEOUT:
            self._wait_for_the_client()
        # SO_LINGER of 0 seconds: the connection ends with a reset.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _wait_for_the_client(self) -> None:
        self.connection.settimeout(self.world.hold)
        try:
            self.connection.recv(1)
        except OSError:
            return

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing: the world keeps the list of calls."""


def answered(world: World, request: Request) -> tuple[Response | None, Fault | None]:
    """Answer one call, whole, with the fault and the acts a test planned around it."""
    with world.lock:
        for act in world.schedule.acts_due(call_ended=False):
            act()
        fault = world.schedule.fault_for(f"{request.method} {request.path}")
        answer, cost = (None, "") if fault and not fault.after_effect else _true(world, request)
        out = spoiled(fault, answer) if fault else answer
        # Encoded once, and while nothing changes.
        out = replace(out, body=out.encoded()) if out else None
        size = len(out.encoded()) if out else 0
        status = out.status if out else 0
        world.calls.append(
            Call(request.method, request.path, len(request.body), size, status, cost)
        )
        for act in world.schedule.acts_due(call_ended=True):
            act()
    return out, fault


def _true(world: World, request: Request) -> tuple[Response, str]:
    route, groups = find_route(ROUTES, request)
    try:
        if route is None:
            raise ApiError(404, "NOT_FOUND", f"Method not found: {request.method} {request.path}")
        access.check(world, request)
        world.asking = world.user(request)
        world.pay(route)
        answer = route.handler(world, request, **groups)
    except ApiError as error:
        return error.response(), route.cost if route else ""
    except Exception:  # noqa: BLE001 - as Google: a fault of its own is a 500, and is looked into
        traceback.print_exc()
        return ApiError(500, "INTERNAL", "Internal error encountered.").response(), ""
    finally:
        world.asking = ""
        for book in world.spreadsheets.values():
            book.asking = ""
    return answer if isinstance(answer, Response) else Response(200, answer), route.cost
