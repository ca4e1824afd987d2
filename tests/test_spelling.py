"""A tag is shown as people typed it: in the mail, the archive, the form and on the command line."""

from email import message_from_bytes, policy
from pathlib import Path

from sheets_sync.answering import report_rows, tag_rows
from sheets_sync.workflow import open_desk
from tests.archive.valley import Valley, valley


def mail_to(here: Valley, name: str) -> str:
    """Return the text of the mail that somebody got."""
    for path in sorted((here.project.folder / "outbox").glob("*.eml")):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        if name in str(mail["to"]):
            body = mail.get_body(("plain",))
            assert body is not None
            return str(body.get_content())
    raise AssertionError(f"no mail to {name}")


def test_a_tag_is_the_same_words_wherever_it_stands(tmp_path: Path) -> None:
    with valley(tmp_path, tags="") as here:
        project = here.project
        assert "local-community" in [row[0] for row in here.manager.cells("Tags")]
        here.types(reporter="ana", text="Opened the café", tags="local community")
        here.types(reporter="ben", text="Closed the café", tags="＃local community, press")
        here.types(reporter="ben", text="Cleaned it", tags="#Local_Community")

        here.syncs()
        here.mails()
        here.builds()

        # The spelling most used, where it speaks of the tag; as typed, where of a report.
        assert "local community" in [row[0] for row in here.manager.cells("Tags")]
        assert here.words("tags/local-community/").startswith("Tag #local community")
        assert "Cleaned it #Local_Community" in here.words("tags/local-community/")
        assert "Closed the café #local community #press" in here.words("")
        mail = mail_to(here, "cleo")
        assert {line.strip() for line in mail.splitlines() if line.strip().startswith("#")} == {
            "#local community",
            "#local community, #press",
            "#Local_Community",
        }
        community = project.state.base.community()
        assert community is not None
        assert open_desk(project, lambda: here.now).known_tags()[0] == "local community"
        assert tag_rows(community)[0]["tag"] == "local community"
        rows = report_rows(community, project.state.base.accepted_above(-1))
        assert sorted(str(row["tags"]) for row in rows) == [
            "['Local_Community']",
            "['local community', 'press']",
            "['local community']",
        ]
