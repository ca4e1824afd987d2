"""Requests that a proxy and the server could understand differently: one answer, or none."""

import re

import pytest

from tests.web.test_headers import exchange

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
AMBIGUOUS = {
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(GET) + GET,
    "two lengths in one line": POST + b"Content-Length: 0, %d\r\n\r\n" % len(GET) + GET,
    "a length with a sign": POST + b"Content-Length: +0\r\n\r\n" + GET,
    "a negative length": POST + b"Content-Length: -1\r\n\r\n" + GET,
    "a length in other digits": POST + b"Content-Length: 1_0\r\n\r\n" + GET,
    "a length and chunks": POST
    + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    + GET,
    "chunks twice": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + GET,
    "chunks and more": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + GET,
    "chunks with a blank": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + GET,
    "chunks in old HTTP": POST.replace(b"1.1", b"1.0")
    + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    + GET,
    "a size of a chunk with a sign": POST + b"Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n" + GET,
    "a size that is none": POST + b"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n" + GET,
    "a folded header": POST + b"X: a\r\n Content-Length: 5\r\n\r\n" + GET,
    "a bare line feed": b"GET /healthz HTTP/1.1\nHost: x\n\n" + GET,
    "a bare return": b"GET /healthz HTTP/1.1\rX: y\r\nHost: x\r\n\r\n" + GET,
    "NUL in a name": POST + b"Content\x00-Length: 5\r\n\r\n" + GET,
}


@pytest.mark.parametrize("kind", AMBIGUOUS)
def test_what_can_be_read_in_two_ways_is_refused_and_the_line_ends(site: str, kind: str) -> None:
    answer = exchange(site, AMBIGUOUS[kind])

    statuses = re.findall(rb"HTTP/1\.[01] (\d+)", answer)
    assert len(statuses) == 1
    assert statuses[0].startswith(b"4") or statuses[0] == b"501"


def test_two_requests_on_one_line_get_two_answers(site: str) -> None:
    first = POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"

    assert re.findall(rb"HTTP/1\.1 (\d+)", exchange(site, first + GET)) == [b"422", b"200"]
