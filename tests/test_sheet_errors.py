"""What is wrong with a sheet, quoted in mails and pages, is told in each reader's language."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from forms.phrase import Phrase, phrase
from forms.wording import translations
from sheets_sync.form_memory import MEMORY, FormMemory
from sheets_sync.mentor_sheet import Elsewhere
from sheets_sync.spreadsheet import SheetError
from sheets_sync.state.scrubbing import scrubbed_community
from sheets_sync.traces import Traces
from sheets_sync.xlsx import Workbook
from tests.story import MONDAY, Story, story


def shouted(words: str) -> str:
    """Translate into a language of capitals; what is put into the words keeps its case."""
    parts = words.replace("{", "\0{").replace("}", "}\0").split("\0")
    return "".join(part if part.startswith("{") else part.upper() for part in parts)


@pytest.fixture
def s(tmp_path: Path) -> Iterator[Story]:
    with story(tmp_path) as told:
        told.sync()
        yield told


def notes(s: Story) -> list[str]:
    """Return what coordinators are told, as the state keeps it, in that language."""
    community = s.state.base.community()
    assert community is not None
    return [one.text(shouted) for one in community.notes]


def test_an_error_says_its_phrase_in_english_and_plain_words_as_they_are() -> None:
    error = SheetError(phrase("{file}: {told}", file="a{b}.xlsx", told=phrase("it is gone")))

    assert str(error) == "a{b}.xlsx: it is gone"
    assert error.told.text(shouted) == "a{b}.xlsx: IT IS GONE"
    assert SheetError("left {as} it is").told.text(shouted) == "left {as} it is"
    assert Phrase("").text(lambda _: "the head of a catalogue") == ""


def test_why_a_tab_cannot_be_read(s: Story) -> None:
    s.manager.renames_header("People", "name", "nome")
    s.manager.moves_column("People", "nome", 3)
    s.types_report(reporter="zoe", text="who am I")

    s.sync()

    community = s.state.base.community()
    assert community is not None
    problems = [problem.text(shouted) for problem in community.problems]
    assert problems[1].startswith("Reports ROW 2")
    assert problems[:1] == [
        "People: NO COLUMN 'name' (PERHAPS 'nome'?). NOTHING WAS WRITTEN. NAME THE COLUMN SO "
        "AGAIN, OR MAP ITS HEADER IN TIDINGS.TOML UNDER [spreadsheet.headers.People]"
    ]


def test_who_keeps_the_file_open_for_more_than_a_day(s: Story) -> None:
    lock = s.path.with_name(f".~lock.{s.path.name}#")
    lock.write_text("Mara Moss,mara,desk-1,23.11.2026 09:14,file:///home/mara;", "utf-8")
    s.posts("ana@example.org", "Opened the café")
    s.sync()
    s.pass_time(hours=25)
    s.sync()

    told = (
        "FOR MORE THAN A DAY NOTHING COULD BE WRITTEN INTO THE SPREADSHEET: workbook.xlsx IS OPEN: "
        "Mara Moss ON desk-1 (LIBREOFFICE) SINCE 23.11.2026 09:14. NOTHING WAS WRITTEN; IT WILL BE "
        "WHEN THEY CLOSE IT. IF NOBODY HAS IT OPEN ANY MORE, DELETE .~lock.workbook.xlsx# BESIDE IT"
    )
    assert notes(s) == [told]

    community = s.state.base.community()
    assert community is not None
    assert community.notes[0].text(translations("de").gettext) == (
        "Seit mehr als einem Tag konnte nichts in die Tabelle geschrieben werden: workbook.xlsx "
        "ist geöffnet: Mara Moss auf desk-1 (LibreOffice) seit 23.11.2026 09:14. Nichts wurde "
        "geschrieben; das geschieht, wenn die Datei geschlossen wird. Hat sie niemand mehr offen, "
        "lösch .~lock.workbook.xlsx# daneben"
    )
    without = scrubbed_community(community, Traces(frozenset({"Mara Moss"})))
    assert "Mara" not in without.notes[0].text()
    assert "desk-1" in without.notes[0].text()


def test_why_the_mentor_sheet_of_others_cannot_be_read(s: Story) -> None:
    path = s.folder / "council.xlsx"
    path.write_bytes(b"no workbook")
    s.mentors = Elsewhere(Workbook(path), "council.xlsx", "Pairs", file=path)

    s.sync()

    community = s.state.base.community()
    assert community is not None
    assert [one.text(shouted) for one in community.problems if "council" in one.tab] == [
        f"council.xlsx, Pairs: {path}: NOT AN .XLSX WORKBOOK; OPEN IT IN A SPREADSHEET PROGRAM, "
        "SAVE IT AS .XLSX"
    ]


def test_why_the_google_form_cannot_be_read() -> None:
    told = phrase("it does not ask “{question}”", question="Who are you?")
    memory = FormMemory(id="f", failing_since=MONDAY.isoformat(), trouble=told)

    kept = MEMORY.validate_json(MEMORY.dump_json(memory))

    assert [one.text(shouted) for one in kept.lasting_trouble(MONDAY + timedelta(hours=25))] == [
        "THE GOOGLE FORM HAS NOT BEEN READ SINCE 2026-11-23 07:00 (UTC): IT DOES NOT ASK “Who are "
        "you?”"
    ]
    older = MEMORY.validate_json(b'{"failing_since": "2026-11-01T00:00:00+00:00", "trouble": "x"}')
    assert older.lasting_trouble(MONDAY)[0].text(shouted).endswith(": x")


def test_a_cell_without_a_result_and_what_a_program_shows(s: Story) -> None:
    s.types_report(reporter="ben", text="=1+1", link="https://example.org")
    s.types_report(reporter="ben", text="#REF!", link="https://example.org")
    with s.manager.editing() as book:
        book["Reports"].cell(3, 3).data_type = "e"

    told = [problem.text(shouted) for problem in s.sync().problems if problem.column == "text"]

    end = "; THE LAST GOOD VALUE IS KEPT; TYPE THE VALUE ITSELF"
    assert told == [
        f"Reports ROW 2, text: THE CELL SHOWS FORMULA WITHOUT A RESULT{end}",
        f"Reports ROW 3, text: THE CELL SHOWS #REF!{end}",
    ]
