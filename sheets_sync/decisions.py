"""The decisions in the Digests tab and in the state -> which of them counts, and what to write.

Pure. Both sides may have changed since they last agreed; then the manager's word counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from json import dumps, loads

from forms.rules import Fault
from forms.wording import N_
from sheets_sync.community import Problem
from sheets_sync.headers import Table
from sheets_sync.state.delivery import IssueLine

WORDS = ("", "hold", "send")
AGREED = "decisions"
"""Name of the single value that holds what tab and state last agreed on, by issue."""
SILENCE = "silent since"
"""Name of the single value that says since when nothing ran, by issue that Tidings itself held."""
OLD_STATE = "old state"
"""Name of the single value that tells of a state that may not know of all the mails that left."""
REMEDY = N_("write send into decision to let it go; leave hold, and nobody gets it")


@dataclass(frozen=True, slots=True)
class Decisions:
    """What counts of each issue. `told` are those whose word the tab does not show yet."""

    words: Mapping[str, str]
    told: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    agreed: Mapping[str, str] = field(default_factory=dict)

    def kept(self) -> str:
        """Return what is agreed on, once the tab is written, as it is kept."""
        return dumps(self.agreed)


def read_decisions(
    table: Table | None,
    issues: Sequence[IssueLine],
    values: Mapping[str, str],
    *,
    behind: bool = False,
) -> Decisions:
    """Return each issue's decision: the manager's, where they changed theirs; else the state's.

    `behind` tells that an older copy of the sheet was saved over ours: it releases nothing.
    """
    agreed: dict[str, str] = loads(values.get(AGREED) or "{}")
    silent: dict[str, str] = loads(values.get(SILENCE) or "{}")
    typed = _typed(table) if table else {}
    words, told, problems = {}, set(), []
    below, appended = (table.last_row if table else 0), 0
    for line in issues:
        before = agreed.get(line.issue, "")
        is_lost = line.issue not in typed
        appended += is_lost
        row, word = typed.get(line.issue, (below + appended, before))
        if word not in WORDS:
            problems.append(_not_a_decision(row, word))
            words[line.issue] = line.decision
            continue
        is_old = behind and line.decision == "hold"
        words[line.issue] = line.decision if word == before or is_old else word
        if words[line.issue] != word or (is_lost and word):
            told.add(line.issue)
        if words[line.issue] == "hold" and line.issue in silent:
            fault = held_after(silent[line.issue])
            problems.append(Problem.of("Digests", row, "decision", "hold", fault))
    known = {issue: word for issue, word in words.items() if word or issue in agreed}
    return Decisions(words, frozenset(told), tuple(problems), known)


def held_after(day: str) -> Fault:
    """Return why an issue is held that was due after a silence since that day."""
    return Fault(
        N_(
            "no run was seen since {day}; if a backup was put back, people may have had this "
            "issue already, so it waits for your word"
        ),
        REMEDY,
        {"day": day},
    )


def _typed(table: Table) -> dict[str, tuple[int, str]]:
    return {
        table.text(cells, "issue"): (row, table.text(cells, "decision").casefold())
        for row, cells in table.data()
        if table.text(cells, "issue")
    }


def _not_a_decision(row: int | None, word: str) -> Problem:
    fault = Fault(N_("this is not a decision"), N_("write hold or send, or empty the cell"))
    return Problem.of("Digests", row, "decision", word, fault)
