"""The Mentors tab, the people and what was last agreed -> who mentors whom (faults 49 to 54).

Pure and linear in rows. A three-way merge: see `agreement`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from forms.rules import Fault
from forms.wording import N_
from sheets_sync.agreement import Agreed, agree
from sheets_sync.cells import shown
from sheets_sync.community import Orphan, Problem, Role
from sheets_sync.layout import MENTORS
from sheets_sync.mentor_faults import circles, idle, pair_faults, without
from sheets_sync.mentorships import Mentorship, current, ended, twice, unknown
from sheets_sync.orphans import Advisor, find_orphans
from sheets_sync.people import Listed
from sheets_sync.roster import Roster

CONTRADICTION = (
    N_(
        "{tab} row {row} says {theirs} (since {day}), People row {own_row} says {own} (seen there "
        "on {seen}); {chosen} counts"
    ),
    N_("correct one of the two places"),
)
SEEN_CONTRADICTION = (
    N_(
        "{tab} row {row} says {theirs} (seen there on {day}), People row {own_row} says {own} "
        "(seen there on {seen}); {chosen} counts"
    ),
    N_("correct one of the two places"),
)
OVER = (
    N_(
        "{tab} row {row} says that {theirs} was it until {until}, People row {own_row} still says "
        "so (seen there on {seen}); the end counts"
    ),
    N_("empty the cell, or add a row to {tab} with a new since"),
)


@dataclass(frozen=True, slots=True)
class Merged:
    """The mentor of each person today (internal ids), and everything doubtful."""

    mentors: Mapping[str, str]
    problems: tuple[Problem, ...]
    agreed: Mapping[str, Agreed] = field(default_factory=dict)
    """What to remember for the next merge, by mentee."""
    orphans: tuple[Orphan, ...] = ()


def merge(
    listed: Sequence[Listed],
    pairs: Sequence[Mentorship],
    roster: Roster,
    *,
    today: date,
    sheet: str = MENTORS.title,
    before: Mapping[str, Agreed] | None = None,
) -> Merged:
    """Return today's mentor of each person, and everything that a manager should look at.

    `before` is what was last agreed; `sheet` names where the pairs stand.
    """
    places = _Places(pairs, roster, before or {}, today)
    choices = {one.person.id: places.choose(one) for one in listed}
    chosen = {id: choice.pair for id, choice in choices.items() if choice.pair}
    named = {id: pair.mentor for id, pair in chosen.items()}
    usable = {id: pair.mentor for id, pair in chosen.items() if _is_usable(pair, roster)}
    left = {id: one for id, one in named.items() if Role.ALUMNI in roster.by_id[one].roles}
    standing = {id: choice.standing for id, choice in choices.items() if choice.standing}
    torn = {id for id, pairs in standing.items() if len(pairs) > 1}
    advisor = Advisor(roster.people, usable, today)
    orphans = find_orphans(roster.people, usable, left, advisor, torn=torn)
    problems = (
        *twice(pairs, roster, today),
        *(problem for choice in choices.values() for problem in choice.problems),
        *pair_faults(standing, roster, advisor),
        *circles(named, standing, roster, sheet),
        *without(listed, named, standing, sheet, advisor),
        *idle(listed, standing, sheet),
    )
    return Merged(
        usable,
        problems,
        {id: choice.agreed for id, choice in choices.items() if choice.agreed},
        orphans,
    )


def _is_usable(pair: Mentorship, roster: Roster) -> bool:
    return pair.mentor != pair.mentee and Role.ALUMNI not in roster.by_id[pair.mentor].roles


class _Choice(NamedTuple):
    """The pair that counts for a mentee, those that stand (several: none counts), what is wrong."""

    pair: Mentorship | None
    standing: Sequence[Mentorship]
    agreed: Agreed | None
    problems: Sequence[Problem]


class _Places:
    """All the places that may name somebody's mentor."""

    def __init__(
        self,
        pairs: Sequence[Mentorship],
        roster: Roster,
        before: Mapping[str, Agreed],
        today: date,
    ) -> None:
        self._current = current(pairs, today)
        self._ended = ended(pairs, today)
        self._mentioned = {pair.mentee for pair in pairs}
        self._roster = roster
        self._before = before
        self._today = today

    def choose(self, one: Listed) -> _Choice:
        """Return the one mentor of a person, if the places and what was agreed leave one."""
        id = one.person.id
        rows, before = self._current.get(id, []), self._before.get(id)
        own, problems = self._own(one)
        if len(rows) > 1:
            return _Choice(None, rows, before, [*problems, *self._several(one, rows)])
        row = rows[0] if rows else None
        over = self._ended.get((id, own.mentor)) if own and not row else None
        if not (row or own or before or id in self._mentioned):
            return _Choice(None, (), None, problems)
        agreed = agree(
            row.mentor if row else "",
            own.mentor if own else "",
            before,
            is_over=over is not None,
            today=self._today,
        )
        pair = next((p for p in (row, own) if p and p.mentor == agreed.mentor), None)
        if own and (other := row or over):
            problems += self._contradictions(one, other, own, agreed)
        return _Choice(pair, [pair] if pair else [], agreed, problems)

    def _own(self, one: Listed) -> tuple[Mentorship | None, list[Problem]]:
        """Return the pair that the managers' own column of People names."""
        if not one.names_mentor:
            return None, []
        found = self._roster.find(one.names_mentor)
        if found.person:
            return Mentorship(one.row, one.person.id, found.person.id, tab="People"), []
        fault = unknown(one.names_mentor, found.candidates)
        return None, [_at_the_cell(one, fault)]

    def _several(self, one: Listed, rows: Sequence[Mentorship]) -> Iterator[Problem]:
        """Name two current mentors on both rows; none is used (fault 49)."""
        where = ", ".join(str(pair.row) for pair in rows)
        fault = Fault(
            N_("{name} has {count} mentors today (rows {rows}); none is used"),
            N_("fill in until on the row that is over"),
            {"name": one.person.name, "count": len(rows), "rows": where},
        )
        for pair in rows:
            yield Problem.of(pair.tab, pair.row, "mentor", self._name(pair.mentor), fault)

    def _contradictions(
        self, one: Listed, row: Mentorship, own: Mentorship, agreed: Agreed
    ) -> Iterator[Problem]:
        """Name both places and dates where they contradict each other, at the one that lost."""
        values: dict[str, str | int] = {
            "tab": row.tab,
            "row": row.row,
            "theirs": self._name(row.mentor),
            "day": str(row.since or agreed.sheet_seen),
            "until": str(row.until),
            "own_row": one.row,
            "own": self._name(own.mentor),
            "seen": str(agreed.people_seen),
        }
        if row.mentor == own.mentor:
            if row.is_over(self._today) and not agreed.mentor:
                yield _at_the_cell(one, Fault(*OVER, values))
            return
        words = CONTRADICTION if row.since else SEEN_CONTRADICTION
        fault = Fault(*words, values | {"chosen": self._name(agreed.mentor)})
        if own.mentor == agreed.mentor:
            yield Problem.of(row.tab, row.row, "mentor", self._name(row.mentor), fault)
        else:
            yield _at_the_cell(one, fault)

    def _name(self, id: str) -> str:
        return self._roster.by_id[id].name


def _at_the_cell(one: Listed, fault: Fault) -> Problem:
    return Problem.of("People", one.row, "mentor", shown(one.names_mentor), fault)
