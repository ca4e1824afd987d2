"""One thread answers for all, writes for all at once, and waits for nobody."""

import sqlite3
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from urllib.parse import urlencode

import pytest

from sheets_sync.state import Busy, State
from sheets_sync.web.dispatching import Dispatcher, together
from tests.web.visitor import token_in


@pytest.fixture
def dispatcher() -> Iterator[Dispatcher]:
    made = Dispatcher()
    yield made
    made.shutdown()


class Asking:
    """A request that has one item done and tells the outcome."""

    def __init__(self, work: Callable[..., Sequence[object]], item: object, told: SimpleQueue):
        self.work, self.item, self.told = work, item, told

    def service(self) -> None:
        try:
            self.told.put(together(self.work, self.item))
        except ValueError as error:
            self.told.put(error)


class Holding:
    """A request that keeps the answering thread until it is told to go on."""

    def __init__(self) -> None:
        self.go_on = Event()

    def service(self) -> None:
        self.go_on.wait()


def told(queue: SimpleQueue, count: int) -> list[object]:
    return [queue.get(timeout=10) for _ in range(count)]


def test_items_that_come_together_are_done_at_once(dispatcher: Dispatcher):
    batches: list[list[int]] = []

    def double(items: Sequence[int], *, wait: bool = True) -> list[int]:
        batches.append(list(items))
        return [2 * item for item in items]

    outcomes: SimpleQueue[object] = SimpleQueue()
    first = Holding()
    dispatcher.add_task(first)
    for item in range(5):
        dispatcher.add_task(Asking(double, item, outcomes))
    first.go_on.set()

    assert told(outcomes, 5) == [0, 2, 4, 6, 8]
    assert batches == [[0, 1, 2, 3, 4]]


def test_an_item_outside_of_any_request_is_done_alone():
    assert together(lambda items, wait=True: [item + 1 for item in items], 1) == 2


def test_what_fails_fails_for_all_whose_items_it_had_and_for_nobody_later(dispatcher: Dispatcher):
    def refuse(items: Sequence[int], *, wait: bool = True) -> list[int]:
        if 1 in items:
            raise ValueError("no ones")
        return list(items)

    outcomes: SimpleQueue[object] = SimpleQueue()
    first = Holding()
    dispatcher.add_task(first)
    for item in (1, 2):
        dispatcher.add_task(Asking(refuse, item, outcomes))
    first.go_on.set()
    refused = told(outcomes, 2)
    dispatcher.add_task(Asking(refuse, 3, outcomes))

    assert [str(one) for one in refused] == ["no ones", "no ones"]
    assert told(outcomes, 1) == [3]


def test_different_work_is_done_apart(dispatcher: Dispatcher):
    outcomes: SimpleQueue[object] = SimpleQueue()
    first = Holding()
    dispatcher.add_task(first)
    for work in (sorted_up, sorted_down, sorted_up):
        dispatcher.add_task(Asking(work, 0, outcomes))
    first.go_on.set()

    assert told(outcomes, 3) == ["up of 2", "up of 2", "down of 1"]


def sorted_up(items: Sequence[int], *, wait: bool = True) -> list[str]:
    return [f"up of {len(items)}"] * len(items)


def sorted_down(items: Sequence[int], *, wait: bool = True) -> list[str]:
    return [f"down of {len(items)}"] * len(items)


def test_others_are_answered_while_some_are_kept_from_their_work(dispatcher: Dispatcher):
    free = Event()

    def later(items: Sequence[int], *, wait: bool = True) -> list[str]:
        if not wait:
            raise Busy
        free.wait(10)
        return [f"later {item}" for item in items]

    outcomes: SimpleQueue[object] = SimpleQueue()
    dispatcher.add_task(Asking(later, 1, outcomes))
    dispatcher.add_task(Asking(sorted_up, 2, outcomes))
    meanwhile = told(outcomes, 1)
    free.set()

    assert meanwhile == ["up of 1"]
    assert told(outcomes, 1) == ["later 1"]


def test_the_end_waits_for_those_who_are_being_answered():
    dispatcher = Dispatcher()
    free = Event()

    def later(items: Sequence[int], *, wait: bool = True) -> list[int]:
        if not wait:
            raise Busy
        free.wait(10)
        return list(items)

    outcomes: SimpleQueue[object] = SimpleQueue()
    dispatcher.add_task(Asking(later, 7, outcomes))
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(dispatcher.shutdown)
        free.set()
        ended.result(timeout=10)

    assert told(outcomes, 1) == [7]


class Broken:
    """A request whose answering fails in a way that waitress does not catch."""

    def service(self) -> None:
        raise ValueError("broken")


def test_a_broken_request_takes_nobody_along(
    dispatcher: Dispatcher, caplog: pytest.LogCaptureFixture
):
    outcomes: SimpleQueue[object] = SimpleQueue()
    dispatcher.add_task(Broken())
    dispatcher.add_task(Asking(sorted_up, 1, outcomes))

    assert told(outcomes, 1) == ["up of 1"]
    assert [record.message for record in caplog.records] == ["a request was given up: ValueError"]


def fetch(site: str, body: bytes | None = None) -> str:
    with urllib.request.urlopen(site, body, timeout=10) as answer:  # noqa: S310 - on loopback
        return answer.read().decode()


def test_pages_are_served_while_a_post_waits_for_another_process(
    site: str, state: State, tmp_path: Path
):
    token = token_in(fetch(site))
    body = urlencode({"form-token": token, "reporter": "Ana", "text": "Weekly call"}).encode()
    with (
        closing(sqlite3.connect(tmp_path / "tidings.db", isolation_level=None)) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        other.execute("BEGIN IMMEDIATE")
        post = pool.submit(fetch, site, body)
        pages = [fetch(site) for _ in range(20)]
        waited = not post.done()
        other.execute("COMMIT")

        assert all("form-token" in page for page in pages)
        assert waited
        assert "safely kept" in post.result(timeout=10)
    assert len(state.journal.unwritten()) == 1
