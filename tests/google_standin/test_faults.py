"""Faults and people's acts come when a test said, and quotas by the clock it holds."""

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from tests.google_standin.clock import HeldClock
from tests.google_standin.faults import Kind
from tests.google_standin.server import Standin, serving
from tests.google_standin.world import World

TOKEN = {"Authorization": "Bearer test"}
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Caller:
    """Somebody who appends to a spreadsheet, and looks at what is in it."""

    def __init__(self, standin: Standin) -> None:
        self.standin, self.world = standin, standin.world
        self.book = self.world.add_spreadsheet("Ours")
        self.values = f"{standin.url}/v4/spreadsheets/{self.book.id}/values"

    def appends(self, text: str) -> requests.Response:
        url = f"{self.values}/A1:append?valueInputOption=RAW"
        return requests.post(url, json={"values": [[text]]}, headers=TOKEN, timeout=0.3)

    def reads(self) -> requests.Response:
        return requests.get(f"{self.values}/A:A", headers=TOKEN, timeout=0.3)

    def drive(self) -> dict[str, Any]:
        url = f"{self.standin.url}/drive/v3/files/{self.book.id}?fields=modifiedTime,version"
        answer: dict[str, Any] = requests.get(url, headers=TOKEN, timeout=1).json()
        return answer

    def texts(self) -> list[object]:
        return [row[0].value for row in self.book.sheets[0].rows if row and row[0]]


@pytest.fixture
def caller() -> Iterator[Caller]:
    clock = HeldClock(MONDAY)
    with serving(World(clock=clock, reads_per_minute=60, writes_per_minute=60)) as standin:
        yield Caller(standin)


STATUS = {
    Kind.TOO_MANY: 429,
    Kind.TOO_MANY_WAIT: 429,
    Kind.QUOTA: 403,
    Kind.INTERNAL: 500,
    Kind.BAD_GATEWAY: 502,
    Kind.UNAVAILABLE: 503,
    Kind.GATEWAY_TIMEOUT: 504,
    Kind.TRUNCATED: 200,
    Kind.EMPTY: 200,
}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", Kind)
def test_the_second_call_fails_and_no_other(caller: Caller, kind: Kind, after: bool) -> None:
    caller.world.fails(kind, call=2, after_effect=after)
    assert caller.appends("first").json()["updates"]["updatedCells"] == 1

    if kind in STATUS:
        failed = caller.appends("second")
        assert failed.status_code == STATUS[kind]
        assert ("Retry-After" in failed.headers) == (kind is Kind.TOO_MANY_WAIT)
        _check_body(kind, failed)
    else:
        expected = requests.Timeout if kind is Kind.TIMEOUT else requests.ConnectionError
        with pytest.raises(expected):
            caller.appends("second")

    assert caller.appends("third").ok
    assert caller.texts() == (["first", "second", "third"] if after else ["first", "third"])
    assert [call.status for call in caller.world.calls] == [200, STATUS.get(kind, 0), 200]


def _check_body(kind: Kind, failed: requests.Response) -> None:
    if kind is Kind.BAD_GATEWAY:
        assert failed.headers["Content-Type"].startswith("text/html")
    elif kind is Kind.EMPTY:
        assert failed.content == b""
    elif kind is Kind.TRUNCATED:
        with pytest.raises(requests.JSONDecodeError):
            failed.json()
    else:
        assert failed.json()["error"]["code"] == failed.status_code


def test_a_fault_may_wait_for_calls_of_its_kind_and_come_several_times(caller: Caller) -> None:
    caller.world.fails("503", path="GET .*/values", times=2)

    assert [caller.appends("a").ok, caller.reads().ok, caller.reads().ok, caller.reads().ok] == [
        True,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize("gap", [0, 1, 2])
def test_a_person_acts_between_two_calls(caller: Caller, gap: int) -> None:
    def writes() -> None:
        with caller.world.person_at(caller.book) as book:
            book.insert(book.sheets[0], "ROWS", 0, 1, None)

    caller.world.between(gap, writes)
    caller.appends("a")
    seen = caller.reads().json()["values"]

    assert seen == {0: [["a"]], 1: [[], ["a"]], 2: [["a"]]}[gap]
    assert caller.reads().json()["values"] == ([["a"]] if gap == 0 else [[], ["a"]])


def test_the_quota_of_a_minute_is_used_up_and_refilled(caller: Caller) -> None:
    assert all(caller.reads().ok for _ in range(60))
    refused = caller.reads()
    assert (refused.status_code, refused.json()["error"]["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert caller.appends("writes have their own").ok

    caller.world.clock.advances(61)  # type: ignore[attr-defined]
    assert caller.reads().ok


def test_drive_shows_what_the_api_did_at_once_and_what_people_did_late(caller: Caller) -> None:
    clock: Any = caller.world.clock
    clock.advances(10)
    caller.appends("a")
    by_api = caller.drive()
    assert by_api["modifiedTime"] == "2026-11-23T09:00:10.000Z"

    clock.advances(10)
    with caller.world.person_at(caller.book):
        pass
    assert caller.drive() == by_api
    clock.advances(180)
    assert caller.drive()["modifiedTime"] == "2026-11-23T09:00:20.000Z"
    assert int(caller.drive()["version"]) > int(by_api["version"])


def test_calls_are_counted_with_their_bytes(caller: Caller) -> None:
    caller.appends("a")
    answer = caller.reads()

    assert caller.world.count() == 2
    assert caller.world.count(cost="write") == caller.world.count(method="POST") == 1
    assert caller.world.calls[1].bytes_out == len(answer.content)
    assert caller.world.calls[0].bytes_in == len(b'{"values": [["a"]]}')


def test_each_call_may_take_its_time() -> None:
    with serving(World(delay=0.05)) as standin:
        began = time.perf_counter()
        requests.get(f"{standin.url}/drive/v3/files", headers=TOKEN, timeout=1)
        assert time.perf_counter() - began >= 0.05


def test_an_answer_comes_in_one_packet(caller: Caller) -> None:
    caller.appends("a")
    with socket.create_connection(("127.0.0.1", caller.standin.port), timeout=1) as line:
        line.sendall(
            f"GET /v4/spreadsheets/{caller.book.id}/values/A1 HTTP/1.1\r\nHost: x\r\n"
            "Authorization: Bearer test\r\n\r\n".encode()
        )
        answer = line.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b'"values":[["a"]]' in answer
