"""`tidings form publish`, and how sync, run, check and the mails go on with the Google Form."""

import json
from datetime import timedelta
from email import policy
from email.parser import BytesParser
from urllib.parse import parse_qs, urlsplit

import pytest

from forms.definition import DEFAULT, load_form
from tests.google_standin.paper import Paper
from tests.google_standin.server import serving
from tests.test_cli import Terminal, types

FORM = load_form(DEFAULT)


class Community:
    """A project folder with a key, and Google."""

    def __init__(self, tidings: Terminal, standin: object) -> None:
        self.tidings = tidings
        self.world = standin.world
        self.folder = tidings.folder
        tidings.environment["SHEETS_EMULATOR_HOST"] = standin.host
        tidings("init", "--name", "Riverside", "--coordinator", "ana@example.org")
        types(
            self.folder,
            "People",
            ["Ana Rossi", "ana@example.org", "ana", "Rep, Mentor"],
            ["Ben Okafor", "ben@example.org", "ben", "Rep"],
        )
        key = self.folder / "credentials.json"
        key.write_text(json.dumps(standin.credentials()))
        key.chmod(0o600)

    def writes(self, old: str, new: str) -> None:
        """Edit the settings."""
        path = self.folder / "tidings.toml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    @property
    def paper(self) -> Paper:
        (paper,) = self.world.forms.values()
        return paper

    def answers(self, reporter: str, text: str) -> str:
        labels = {one.name: one.label for one in FORM.questions}
        return self.paper.answer(
            self.tidings.now, {labels["reporter"]: reporter, labels["text"]: text}
        )

    def mail_to(self, address: str) -> str:
        for path in sorted((self.folder / "outbox").rglob("*.eml")):
            mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
            if address in mail["To"]:
                return mail.get_body(("plain",)).get_content()
        raise AssertionError(f"no mail to {address}")

    def finds(self) -> list[str]:
        told = self.tidings("check")
        return [line for line in told.out.splitlines() if "Google Form" in line]


@pytest.fixture
def town(tmp_path, capsys):
    with serving() as standin:
        yield Community(Terminal(tmp_path / "riverside", capsys), standin)


def test_publish_prints_the_link_the_id_and_what_to_click(town):
    told = town.tidings("form", "publish")

    assert told.status == 0, told.err
    lines = told.out.splitlines()
    assert lines[0] == "Done:"
    assert lines[-1] == f"The form: {town.paper.address}"
    assert f'write google = "{town.paper.id}" under [form]' in told.out
    assert "Allow response editing" in told.out
    assert town.paper.document_title == f"Riverside: {FORM.title}"


def test_publish_twice_says_that_there_was_nothing_to_do(town):
    town.tidings("form", "publish")
    batches = len(town.paper.batches)

    told = town.tidings("form", "publish")

    assert (told.status, told.out.splitlines()[0]) == (0, "The form is as form.toml wants it.")
    assert len(town.paper.batches) == batches


def test_publish_without_a_key_is_one_line_with_its_remedy(town):
    (town.folder / "credentials.json").unlink()

    told = town.tidings("form", "publish")

    assert told.status == 3
    assert "credentials.json is not there" in told.err
    assert "Traceback" not in told.err


def test_the_whole_way_from_an_answer_to_the_mails_and_its_correction(town):
    town.tidings("form", "publish")
    response = town.answers("Ana Rossi", "Met the press")

    told = town.tidings("run")

    assert told.status == 0
    town.tidings("digest", "--early")
    assert "Met the press" in town.mail_to("ben@example.org")
    town.paper.edit_answer(
        response, town.tidings.now, {"Who are you?": "Ana Rossi", "What happened?": "Met them all"}
    )
    # Edited at the very moment of its sending: as Google has it, another edition.
    town.paper.responses[0]["lastSubmittedTime"] = "2026-11-23T06:00:01.5Z"
    assert "From the Google Form: 1 correction." in town.tidings("sync").out
    assert "there was nothing to write" in town.tidings("sync").out


def test_sync_says_what_came(town):
    town.tidings("form", "publish")
    town.answers("ana", "Met the press")
    town.answers("ben", "Planned a meeting")

    told = town.tidings("sync")

    assert told.out.splitlines()[0] == "From the Google Form: 2 reports."


def test_a_mail_s_form_link_has_the_reader_s_name_filled_in(town):
    town.tidings("form", "publish")
    town.answers("Ana Rossi", "Met the press")
    town.tidings("sync")

    town.tidings("digest", "--early")

    (link,) = {word for word in town.mail_to("ben@example.org").split() if "viewform" in word}
    asked = town.paper.items[0]["questionItem"]["question"]["questionId"]
    assert link.startswith(town.paper.address)
    assert parse_qs(urlsplit(link).query) == {
        "usp": ["pp_url"],
        f"entry.{int(asked, 16)}": ["Ben Okafor"],
    }


def test_with_a_page_of_our_own_the_mails_link_to_that(town):
    address = 'public_url = "https://reports.example.org"'
    town.writes(f"# {address}", address)
    town.tidings("form", "publish")
    town.answers("Ana Rossi", "Met the press")
    town.tidings("sync")

    town.tidings("digest", "--early")

    assert "viewform" not in town.mail_to("ben@example.org")


def test_google_down_is_a_note_and_the_rest_is_done(town):
    town.tidings("form", "publish")
    (town.folder / "credentials.json").write_text("{}")

    synced, ran = town.tidings("sync"), town.tidings("run")

    assert (synced.status, ran.status) == (1, 0)
    assert "Note: the Google Form was not read to its end: " in synced.out
    assert "Synced" in synced.out


def test_after_a_day_in_which_answers_could_not_be_read_coordinators_are_told(town):
    town.tidings("form", "publish")
    town.world.disabled_apis.add("forms")
    town.tidings("run")
    town.tidings.now += timedelta(hours=25)
    town.tidings("run")

    town.tidings("digest", "--early")

    mail = " ".join(town.mail_to("ana@example.org").split())
    assert "The Google Form has not been read since 2026-11-23 06:00 (UTC): " in mail
    assert "is not enabled" in mail


def test_none_is_no_form(town):
    town.tidings("form", "publish")
    town.writes("[form]", '[form]\ngoogle = "none"')
    town.answers("ana", "Met the press")
    before = len(town.world.calls)

    assert "Note" not in town.tidings("sync").out
    assert len(town.world.calls) == before


# -- check ----------------------------------------------------------------------------------------


def test_check_finds_nothing_wrong_with_a_published_form(town):
    assert town.finds() == []
    town.tidings("form", "publish")

    assert [line for line in town.finds() if line.startswith("!")] == []
    assert any("Allow response editing" in line for line in town.finds())


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (lambda town: setattr(town.paper, "published", False), "is not published"),
        (lambda town: setattr(town.paper, "accepting", False), "takes no answers"),
        (lambda town: town.paper.file.permissions.clear(), "sign in to Google"),
        (lambda town: setattr(town.paper, "linked_sheet", "1abc"), "response sheet"),
        (lambda town: town.paper.items.pop(), "does not ask what form.toml asks"),
        (lambda town: town.world.remove(town.paper.id), "there is no such form"),
        (lambda town: town.world.disabled_apis.add("forms"), "is not enabled"),
    ],
)
def test_check_names_each_trouble_and_its_remedy(town, trouble, told):
    town.tidings("form", "publish")
    trouble(town)

    (fault,) = [line for line in town.finds() if line.startswith("!")]

    assert told in fault
    assert "; " in fault or ". " in fault
