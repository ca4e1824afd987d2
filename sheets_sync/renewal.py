"""What people answered to “still in?”, beside the People tab -> what counts, and what is written.

Pure. An answer changes nobody's status. It is written into a cell that is blank or still holds
what Tidings wrote; a manager's words there stay, and the answer is told beside them.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo
from enum import StrEnum

from forms.rules import Fault
from forms.wording import N_
from sheets_sync.cells import any_day, shown
from sheets_sync.choices import Choice
from sheets_sync.community import Community, Person, Problem
from sheets_sync.headers import Table
from sheets_sync.people import Listed

COLUMN = "still in"
WORDS = "words"
"""What is chosen besides the column: what somebody wants to say with it."""
DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")


class Reply(StrEnum):
    """What can be answered, in the words of the sheet."""

    YES = "yes"
    PAUSE = "pause or stop"

    @property
    def mark(self) -> str:
        """What stands for it in a link."""
        return self.name.casefold()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a cell says, whoever wrote it."""

    day: date | None
    is_yes: bool
    words: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What everybody answered, and how the tab differs from it."""

    said: Mapping[str, str] = field(default_factory=dict)
    """Internal id -> what counts, in the words of the cell."""
    written: Mapping[int, str] = field(default_factory=dict)
    """Row -> what to write."""
    problems: tuple[Problem, ...] = ()
    kept: str = ""
    """What the next sync is to know."""
    are_shown: bool = False
    """Whether the tab has a column that shows them."""

    def told(self, people: Iterable[Person]) -> tuple[Person, ...]:
        """Return the people with what they answered."""
        return tuple(replace(one, still_in=self.said.get(one.id, "")) for one in people)


def read_answer(cell: str) -> Answer | None:
    """Return what a cell says; None when it says nothing."""
    if not cell:
        return None
    reply, _, words = cell.partition(":")
    found = DAY.search(cell)
    return Answer(_day(found[0]) if found else None, _is_yes(reply), words.strip())


def _is_yes(reply: str) -> bool:
    return reply.strip().casefold().startswith(Reply.YES)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def cell_of(choice: Choice, zone: tzinfo) -> str:
    """Return an answer as it stands in the People tab, with its day."""
    day = choice.received.astimezone(zone).date()
    words = choice.chosen.get(WORDS, "")
    return f"{choice.chosen[COLUMN]} {day.isoformat()}" + (f": {words}" if words else "")


def with_answers(community: Community, answers: Sequence[Choice], zone: tzinfo) -> Community:
    """Return the community in which these answers count already."""
    said = {one.subscriber: cell_of(one, zone) for one in answers}
    people = (replace(one, still_in=said.get(one.id, one.still_in)) for one in community.people)
    return replace(community, people=tuple(people)) if said else community


def settle_answers(
    table: Table | None,
    listed: Sequence[Listed],
    queue: Sequence[Choice],
    kept: str,
    *,
    zone: tzinfo,
    behind: bool = False,
) -> Answered:
    """Return what counts after these answers, oldest first.

    `kept` is what the last sync left. `behind` tells that an older copy of the sheet was saved
    over ours: what it lost comes back.
    """
    new = {choice.subscriber: cell_of(choice, zone) for choice in queue}
    memory: dict[str, list[str]] = json.loads(kept or "{}")
    if table is None or COLUMN not in table.columns:
        return Answered({id: answer for id, (answer, _) in memory.items()} | new, kept=kept)
    said, written, remembered, problems = {}, {}, {}, []
    for one in listed:
        id, cell = one.person.id, _cell(table, one.row)
        before = memory.get(id, ["", ""])
        answer, stands = _settled(cell, before[0], before[1], new.get(id, ""), behind=behind)
        said[id] = answer or cell
        if not answer:
            continue
        remembered[id] = [answer, stands]
        if stands == answer != cell:
            written[one.row] = answer
        elif stands != answer:
            problems.append(_beside(one.row, cell, answer))
    keep = json.dumps(remembered, ensure_ascii=False)
    return Answered(said, written, tuple(problems), keep, are_shown=True)


def _settled(cell: str, answer: str, stood: str, new: str, *, behind: bool) -> tuple[str, str]:
    """Return the answer that counts, and what the cell shows then; no answer: the cell counts."""
    ours = cell == stood == answer
    if new:
        return (new, new) if not cell or ours or cell == new else (new, cell)
    if not answer or (cell == stood):
        return answer, stood
    # Somebody changed the cell since. Emptied, it takes the answer that it stood in the way of.
    is_free = not cell and (behind or stood != answer)
    return (answer, answer) if is_free else ("", "")


def _beside(row: int, cell: str, answer: str) -> Problem:
    fault = Fault(
        N_("they answered “{answer}” on their own page; what stands here was kept"),
        N_("empty the cell, and the answer is written there; or write what is right"),
        {"answer": shown(answer)},
    )
    return Problem.of("People", row, COLUMN, shown(cell), fault)


def _cell(table: Table, row: int) -> str:
    cells = table.rows[row - 1]
    cell = table.cell(cells, COLUMN)
    if isinstance(cell, int | float):
        day = any_day(cell)
        return day.isoformat() if isinstance(day, date) else table.text(cells, COLUMN)
    return table.text(cells, COLUMN)
