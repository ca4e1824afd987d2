"""People outside the roster ask for the mail and confirm it; nobody learns who has it already."""

import re
import time
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import event

from sheets_sync.confirming import postman, send_confirmations
from sheets_sync.demo.papers import read_mail
from sheets_sync.mailing import open_press
from sheets_sync.web import create_app
from sheets_sync.workflow import open_desk
from tests.web.village import PEOPLE, SITE, Village, founded

NEW = "jo@press.example"


def token(village: Village, path: str) -> str:
    text = village.browser.get(path).get_data(as_text=True)
    found = re.search(r'name="form-token" value="([^"]+)"', text)
    assert found is not None
    return found[1]


def asks(village: Village, address: str, path: str = "/subscribe", **fields: str):
    data = {"form-token": token(village, path), "address": address, **fields}
    return village.browser.post(path, data=data)


def letters(village: Village) -> list[tuple[str, str]]:
    """Send what waits; return every confirmation so far: to whom, and its words."""
    send_confirmations(village.project, now=village.now)
    files = sorted((village.project.folder / "outbox").glob("confirmation-*.eml"))
    mails = [read_mail(file) for file in files]
    return [(str(mail["To"]), str(mail.get_content())) for mail in mails]


def _note_statement(done: list[str], _db, _cursor, statement, *_rest) -> None:
    done.append(statement)


def link(words: str) -> str:
    found = re.search(rf"{SITE}(/confirm/\S+)", words)
    assert found is not None
    return found[1]


def readers(village: Village) -> dict[str, tuple[str, str]]:
    found = open_press(village.project).subscribers(village.now)
    return {one.address: (str(one.filter), one.frequency) for one in found}


def test_who_asks_and_confirms_gets_the_mail(village):
    village.reports("ana: Met Ben #mentorship", "ben: Wrote a post #press")
    assert asks(village, NEW, filter="press").location == "/subscribe?done=asked"
    [(to, words)] = letters(village)
    assert to == NEW
    assert "You would get: press" in words
    assert NEW not in readers(village)

    answer = village.browser.post(link(words), data={"do": "confirm"})

    assert answer.status_code == 200
    assert readers(village)[NEW] == ("press", "weekly")
    village.sync()
    assert village.subscriptions() == [(NEW, "press", "weekly", "weekly")]
    village.freezes()
    village.delivers()
    text = village.mails()[NEW].get_body(("plain",))
    assert text is not None
    assert "Wrote a post" in text.get_content()
    assert "Met Ben" not in text.get_content()


def test_nobody_writes_to_somebody_else_by_asking_for_them(village):
    village.reports("ana: Met Ben #mentorship")
    filters = ["not Mentorship, untagged", '"You won: prize.example/claim"', "press and (a, b)", ""]

    for number, filter in enumerate(filters):
        asks(village, f"jo{number}@press.example", filter=filter)

    told = [re.findall("You would get: (.*)\r", words) for _, words in letters(village)]
    assert told == [["not Mentorship, untagged"], [], [], ["everything"]]


OLD_MEMBER = "dia@example.org"


@pytest.fixture
def reunion(village: Village) -> Village:
    """Return the village with an alumna whose old row in Subscriptions still stands."""
    village.manager.holds(
        "People", PEOPLE + f"| Dia Old | {OLD_MEMBER} | dia | Alumni, Coordinator |"
    )
    village.manager.holds("Subscriptions", f"| email | frequency |\n| {OLD_MEMBER} | monthly |")
    village.reports("ana: Met Ben #mentorship", "zoe: Who is this")
    return village


def test_alumni_get_the_mail_again_when_they_ask_for_it_themselves(reunion):
    # fault 53
    assert OLD_MEMBER not in readers(reunion)
    assert reunion.subscriptions() == [(OLD_MEMBER, None, "monthly", "alumni: no mail")]

    asks(reunion, OLD_MEMBER)
    reunion.browser.post(link(letters(reunion)[0][1]))
    assert readers(reunion)[OLD_MEMBER] == ("everything", "weekly")
    reunion.sync()
    reunion.freezes()

    assert OLD_MEMBER in reunion.delivers()
    text = reunion.mails()[OLD_MEMBER].get_body(("plain",))
    assert text is not None
    assert "Met Ben" in text.get_content()
    assert "this address is subscribed to Our village" in text.get_content()
    assert "Waiting for you" not in text.get_content()
    # What stood in the row stays the manager's; the choice counts beside it.
    assert reunion.subscriptions() == [(OLD_MEMBER, None, "monthly", "weekly")]


def test_alumni_who_asked_leave_as_everybody_does(reunion):
    asks(reunion, OLD_MEMBER)
    reunion.browser.post(link(letters(reunion)[0][1]))

    reunion.browser.post(reunion.leave_path(OLD_MEMBER))
    reunion.sync()
    reunion.freezes()

    assert OLD_MEMBER not in reunion.delivers()
    assert "ana@example.org" in reunion.mails()


def test_a_manager_ends_the_mail_of_alumni_by_removing_the_row(reunion):
    asks(reunion, OLD_MEMBER)
    reunion.browser.post(link(letters(reunion)[0][1]))
    reunion.sync()

    reunion.manager.deletes_row("Subscriptions", 2)
    reunion.sync()

    assert OLD_MEMBER not in readers(reunion)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_scanner_that_opens_the_link_confirms_nothing(village, method):
    asks(village, NEW)
    [(_, words)] = letters(village)

    assert village.browser.open(link(words), method=method).status_code == 200
    assert NEW not in readers(village)


def test_a_hundred_posts_that_name_one_victim_send_one_mail(village):
    app = create_app(open_desk(village.project, lambda: village.now))
    form_token = token(village, "/subscribe")
    answers = {
        app.test_client()
        .post(
            "/subscribe",
            data={"form-token": form_token, "address": NEW.upper() if n % 2 else NEW},
            environ_overrides={"REMOTE_ADDR": f"192.0.2.{n}"},
        )
        .status_code
        for n in range(100)
    }

    assert answers == {303}
    assert len(letters(village)) == 1


def test_one_place_cannot_ask_for_very_many(village):
    assert [asks(village, f"x{n}@press.example").status_code for n in range(12)] == [
        *[303] * 10,
        *[429] * 2,
    ]
    assert len(letters(village)) == 10


def test_the_answer_is_the_same_for_known_and_unknown_addresses(village):
    village.browser.post(village.leave_path("cleo@example.org"))
    answers = [
        (answer.status_code, answer.location, answer.get_data())
        for address in ("ben@example.org", "cleo@example.org", NEW)
        for answer in (asks(village, address), village.browser.get("/subscribe?done=asked"))
    ]

    assert answers[:2] == answers[2:4] == answers[4:]
    assert [to for to, _ in letters(village)] == ["ben@example.org", "cleo@example.org", NEW]
    assert ["/preferences/" in words for _, words in letters(village)] == [True, False, False]


def test_the_answer_is_the_same_work_for_known_and_unknown_addresses(village):
    # fault 85: equal work takes equal time, so that nobody learns who is known by measuring it
    village.reports("ana: Met Ben #mentorship")
    village.browser.post(village.leave_path("cleo@example.org"))
    asks(village, "asked@press.example")
    asked = token(village, "/subscribe")

    def work(address: str) -> list[str]:
        done: list[str] = []
        note = partial(_note_statement, done)
        event.listen(village.project.state.engine, "before_cursor_execute", note)
        village.browser.post("/subscribe", data={"form-token": asked, "address": address})
        event.remove(village.project.state.engine, "before_cursor_execute", note)
        return done

    known = work("ben@example.org")

    assert [statement.split()[0] for statement in known] == ["BEGIN", "INSERT", "SELECT"]
    assert work("cleo@example.org") == known
    assert work(NEW) == known
    assert work("asked@press.example") == known


def test_one_address_is_written_to_again_after_a_day(village):
    def mailed_after(**time: float) -> int:
        village.now += timedelta(**time)
        asks(village, NEW)
        return len(letters(village))

    assert mailed_after(hours=0) == 1
    assert mailed_after(hours=23) == 1
    assert mailed_after(hours=2) == 2
    assert mailed_after(hours=23) == 2


def test_the_page_never_waits_for_the_mail_server(village):
    began = time.monotonic()
    asks(village, NEW)

    assert time.monotonic() - began < 2
    assert not list((village.project.folder / "outbox").glob("*.eml"))
    assert len(village.project.state.choices.unwritten()) == 0


@pytest.mark.parametrize("address", ["", "nobody", "a@b", "a@example.org\r\nBcc: x@example.org"])
def test_what_is_no_address_is_said(village, address):
    answer = asks(village, address)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.get_data(as_text=True)
    assert letters(village) == []


def test_programs_and_other_sites_ask_for_nothing(village):
    asks(village, NEW, **{"your-homepage": "https://spam.example"})
    village.browser.post("/subscribe", data={"address": NEW})
    village.browser.post(
        "/subscribe",
        data={"form-token": token(village, "/subscribe"), "address": NEW},
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert letters(village) == []


def test_a_link_confirms_once_and_not_for_ever(village):
    asks(village, NEW)
    [(_, words)] = letters(village)
    village.browser.post(link(words))
    village.browser.post(village.leave_path(NEW))

    village.browser.post(link(words))
    assert readers(village)[NEW] == ("everything", "stop")
    village.now = village.now.replace(day=30)
    assert village.browser.post(link(words)).status_code == 410


def test_made_up_links_confirm_nothing(village):
    asks(village, NEW)

    for made_up in ("1", "1.AAAA", village.project.links.leave("1").rpartition("/")[2]):
        assert village.browser.post(f"/confirm/{made_up}").status_code == 404
    assert NEW not in readers(village)


def moving(village: Village, address: str) -> str:
    found = village.project.links.preferences(village.id_of(address), 0)
    return f"{found.removeprefix(SITE)}/address"


@pytest.fixture
def outside(village: Village) -> Village:
    village.manager.holds("Subscriptions", f"| email | filter |\n| {NEW} | press |")
    village.reports("ana: Met Ben #mentorship", "ben: Wrote a post #press")
    return village


def test_a_new_address_is_confirmed_there_before_anything_moves(outside):
    asks(outside, "jo@new.example", moving(outside, NEW))
    [(to, words)] = letters(outside)
    assert to == "jo@new.example"
    assert readers(outside)[NEW] == ("press", "weekly")
    assert "jo@new.example" not in readers(outside)

    outside.browser.post(link(words))

    assert readers(outside)[NEW] == ("press", "stop")
    assert readers(outside)["jo@new.example"] == ("press", "weekly")
    told = letters(outside)[1]
    assert told[0] == NEW
    assert "moved from this address" in told[1]
    outside.sync()
    assert outside.subscriptions() == [
        (NEW, "press", "stop", "stopped"),
        ("jo@new.example", "press", "weekly", "weekly"),
    ]


def test_who_moved_gets_nothing_twice(outside):
    outside.freezes()
    assert NEW in outside.delivers()
    asks(outside, "jo@new.example", moving(outside, NEW))
    outside.browser.post(link(letters(outside)[0][1]))
    outside.sync()
    outside.now = outside.now.replace(day=24)
    outside.reports("ben: Another post #press")
    outside.freezes()

    outside.delivers()

    text = outside.mails()["jo@new.example"].get_body(("plain",))
    assert text is not None
    assert "Another post" in text.get_content()
    assert "Wrote a post" not in text.get_content()


def test_who_moves_while_a_mail_waits_misses_nothing(outside):
    outside.freezes()
    asks(outside, "jo@new.example", moving(outside, NEW))
    outside.browser.post(link(letters(outside)[0][1]))
    outside.sync()
    assert NEW not in outside.delivers()
    outside.now = outside.now.replace(day=24)
    outside.freezes()

    outside.delivers()

    text = outside.mails()["jo@new.example"].get_body(("plain",))
    assert text is not None
    assert "Wrote a post" in text.get_content()


def test_the_rosters_addresses_are_the_managers(village):
    path = moving(village, "ben@example.org")

    assert village.browser.get(path).status_code == 404
    assert village.browser.post(path, data={"address": NEW}).status_code == 404
    settings = village.browser.get(path.removesuffix("/address")).get_data(as_text=True)
    assert "The coordinators keep it. To change it, write to cleo@example.org." in settings


def test_the_thread_of_serve_sends_what_was_asked_for(village):
    with postman(village.project, lambda: village.now) as knock:
        desk = open_desk(village.project, lambda: village.now, knock)
        village.browser = create_app(desk).test_client()
        asks(village, NEW)
        folder = village.project.folder / "outbox"
        until = time.monotonic() + 10
        while not list(folder.glob("confirmation-*.eml")) and time.monotonic() < until:
            time.sleep(0.02)

    assert len(list(folder.glob("confirmation-*.eml"))) == 1


def test_there_is_no_page_where_a_community_wants_none(tmp_path: Path):
    with founded(tmp_path / "closed", subscribe_page=False) as village:
        assert village.browser.get("/subscribe").status_code == 404
        assert b"/subscribe" not in village.browser.get("/reports").data
    with founded(tmp_path / "local", public_url="") as village:
        assert village.browser.get("/subscribe").status_code == 404
