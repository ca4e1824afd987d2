"""Every answer carries the headers that protect it, and logs carry nobody's words."""

import logging
import socket
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from sheets_sync.state import State
from sheets_sync.web import Desk, create_app
from sheets_sync.web.headers import ALWAYS
from sheets_sync.web.serving import SERVER_BYTES
from tests.web.conftest import ANA
from tests.web.visitor import Visitor

EXPECTED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
}
FORM = "application/x-www-form-urlencoded"


def broken(_name: str) -> None:
    raise RuntimeError("Ana's secret words\n2026-11-23 ERROR forged \x1b[31m")


def requests(desk: Desk) -> list[tuple[int, str, str, dict[str, object]]]:
    personal = desk.links.personal_form(ANA.id)
    return [
        (200, "GET", "/", {}),
        (200, "HEAD", "/", {}),
        (200, "OPTIONS", "/", {}),
        (200, "GET", personal, {}),
        (200, "GET", "/healthz", {}),
        (200, "GET", "/static/tidings.css", {}),
        (404, "GET", "/static/none.css", {}),
        (404, "GET", "/nothing", {}),
        (404, "GET", "/correct/x", {}),
        (404, "GET", "/papers/", {}),
        (405, "DELETE", "/", {}),
        (405, "POST", "/healthz", {}),
        (403, "POST", "/", {"data": {"text": "x"}, "headers": {"Origin": "https://evil.example"}}),
        (422, "POST", "/", {"data": {"text": "x"}}),
        (415, "POST", "/", {"json": {"text": "x"}}),
        (415, "POST", "/", {"data": {"text": "x"}, "content_type": "multipart/form-data"}),
        (413, "POST", "/", {"data": "x=" + "y" * 300_000, "content_type": FORM}),
        (413, "POST", "/", {"data": "&".join(["text=x"] * 51), "content_type": FORM}),
        (500, "GET", desk.links.correct("r-0000000000"), {}),
    ]


def test_every_route_and_error_carries_the_headers(desk: Desk):
    # fault 14
    visitor = Visitor(create_app(replace(desk, answers_elsewhere=broken)))
    for status, method, path, options in requests(desk):
        answer = visitor.raw(path, method=method, **options)
        assert (path, answer.status_code) == (path, status)
        assert {name: answer.headers[name] for name in EXPECTED} == EXPECTED
        assert "Set-Cookie" not in answer.headers
        assert "Strict-Transport-Security" not in answer.headers
        assert "Traceback" not in answer.text
        answer.close()


def test_what_people_wrote_is_stored_by_no_cache(desk: Desk, app: Flask):
    visitor = Visitor(app)
    receipt = visitor.send().location
    caching = {path: visitor.get(path).headers["Cache-Control"] for path in (receipt, "/")}

    assert caching == {receipt: "no-store", "/": "private, no-cache"}
    assert visitor.get(desk.links.personal_form(ANA.id)).headers["Cache-Control"] == "no-store"


def test_https_is_insisted_on_only_over_https(desk: Desk):
    settings = desk.settings.model_copy(update={"proxies": 1})
    visitor = Visitor(create_app(replace(desk, settings=settings)))

    answer = visitor.raw("/", headers={"X-Forwarded-Proto": "https"})

    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_logs_hold_no_words_no_addresses_and_no_links(
    desk: Desk, state: State, caplog: pytest.LogCaptureFixture
):
    # fault 83
    caplog.set_level(logging.DEBUG, "tidings.web")
    visitor = Visitor(create_app(replace(desk, answers_elsewhere=broken)))
    sent = visitor.send(reporter="Ana\n2026 ERROR x", text="private", email="ana@example.com")
    visitor.get(sent.location)
    visitor.get("/private%0aforged")
    visitor.get(desk.links.correct("r-0000000000"))
    visitor.raw("/", method="GE\x1b[31mT")

    said = "\n".join(record.getMessage() for record in caplog.records)
    for word in ("private", "ana@", "forged", "secret words", "\x1b", sent.location):
        assert word not in said
    assert all("\n" not in record.getMessage() for record in caplog.records)
    assert "'POST' / 303" in said
    assert "RuntimeError at " in said


def exchange(address: str, data: bytes) -> bytes:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(data)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1000000\r\n"


@pytest.mark.parametrize(
    ("status", "request_bytes"),
    [
        (413, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 52428800\r\n\r\n"),
        (413, CHUNKED + b"x" * SERVER_BYTES),
        (431, b"GET / HTTP/1.1\r\nX: ".ljust(32 * 1024, b"y")),
        (400, b"GET / HTTP/1.1\r\nHost x\r\n\r\n"),
        (501, b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n"),
    ],
    ids=["50 MB", "chunked", "headers", "broken", "unknown encoding"],
)
def test_what_the_server_refuses_itself_carries_them_too(
    site: str, status: int, request_bytes: bytes
):
    # faults 6, 14
    head = exchange(site, request_bytes).partition(b"\r\n\r\n")[0].decode()

    assert head.startswith(f"HTTP/1.1 {status} ") or head.startswith(f"HTTP/1.0 {status} ")
    assert [
        line for line in (f"{name}: {value}" for name, value in ALWAYS) if line not in head
    ] == []


def test_a_body_somewhat_too_large_gets_a_page_that_says_so(site: str):
    # fault 6: read whole, so that the browser reads our answer, but never parsed
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    kind = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 400000\r\n\r\n"

    answer = exchange(site, head + kind + b"text=".ljust(400_000, b"y"))

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"That was too much" in answer


def test_slow_requests_are_ended_and_hold_nobody_up(app: Flask, serving: Callable[..., str]):
    # fault 6: more slow ones than there are threads
    site = serving(app, seconds=1)
    host, port = site.removeprefix("http://").split(":")
    slow = [socket.create_connection((host, int(port)), timeout=20) for _ in range(40)]
    for connection in slow:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nt")

    answer = exchange(site, b"GET /healthz HTTP/1.0\r\nHost: x\r\n\r\n")

    assert answer.startswith(b"HTTP/1.0 200 OK")
    ends = [connection.recv(65536) for connection in slow]
    for connection in slow:
        connection.close()
    assert {end.split(b"\r\n")[0] for end in ends} == {b"HTTP/1.1 408 Request Timeout"}
    assert all(b"frame-ancestors 'none'" in end for end in ends)
