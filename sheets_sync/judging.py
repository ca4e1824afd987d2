"""A snapshot, the base and the journals -> what is meant, and what is wrong: stage by stage.

Pure but for fresh ids. The stages stand in `judge`, in order; each is a module of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sheets_sync.breaks import break_problems
from sheets_sync.choices import Applied, apply, dump_memory, load_memory
from sheets_sync.community import Problem, Report
from sheets_sync.decisions import Decisions, read_decisions
from sheets_sync.doubts import Context
from sheets_sync.erased import dismiss
from sheets_sync.gather import Gathered, Seen, gather
from sheets_sync.given import Given, Rules
from sheets_sync.intake import take_in
from sheets_sync.layout import MENTORS, PEOPLE
from sheets_sync.lines import Lines, Past, find_lines
from sheets_sync.losses import find_missing, note_restored
from sheets_sync.membership import Membership, read_membership
from sheets_sync.people import Listed
from sheets_sync.proposals import Proposals, propose
from sheets_sync.renewal import COLUMN as STILL_IN
from sheets_sync.renewal import Answered, settle_answers
from sheets_sync.roster import Roster
from sheets_sync.settle import Settled, settle
from sheets_sync.state.base import HIGHEST, Known
from sheets_sync.subscriptions import Subscribed, read_subscriptions, show_alumni
from sheets_sync.suspension import SUSPENDED, Suspended, people_problems, shown, suspend
from sheets_sync.taglist import SPELLED, TagList, list_tags, load_spelled
from sheets_sync.unchanged import LookedAt, load_looked_at
from sheets_sync.validate import reports_tab


@dataclass(frozen=True, slots=True)
class Wishes:
    """What readers want: the Subscriptions tab with what they chose on their pages."""

    applied: Applied
    subscribed: Sequence[Subscribed]
    suspended: Suspended
    problems: Sequence[Problem]
    are_shown: bool
    """Whether the sheet holds their choices once the changes are written."""

    def keep(self) -> Mapping[str, str]:
        """Return single values for the state."""
        chosen = {"chosen": dump_memory(self.applied.memory)} if self.are_shown else {}
        return {SUSPENDED: self.suspended.kept, **chosen}


@dataclass(frozen=True, slots=True)
class Told:
    """What the tabs of reports tell, beside what was known."""

    past: Past
    lines: Lines
    missing: Sequence[Known]
    settled: Sequence[Settled]
    """The lines that had to be looked at, judged."""
    reports: Sequence[Report]
    """All reports that are there."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the sheet and the journals say, stage by stage."""

    gathered: Gathered
    members: Membership
    told: Told
    tags: TagList
    wishes: Wishes
    decisions: Decisions
    """What counts of `decision` in the Digests tab, by issue."""
    proposals: Proposals
    answered: Answered
    breaks: Sequence[Problem]

    @property
    def frozen(self) -> frozenset[str]:
        """The tabs to which nothing is written this time."""
        return frozenset(self.gathered.frozen)

    def keep(self) -> Mapping[str, str]:
        """Return single values for the state."""
        return {
            **self.gathered.keep,
            **self.wishes.keep(),
            **self.members.keep(),
            **self.proposals.keep,
            SPELLED: self.tags.kept(),
            STILL_IN: self.answered.kept,
        }

    def problems(self) -> tuple[Problem, ...]:
        """Return all that people should look at, as the Problems tab shows it."""
        found = (
            *self.gathered.problems,
            *self.members.problems,
            *self.proposals.problems,
            *self.breaks,
            *self.answered.problems,
            *(problem for one in self.told.settled for problem in one.problems),
            *self.tags.problems,
            *self.wishes.problems,
            *self.decisions.problems,
        )
        order = {title: at for at, title in enumerate(self.gathered.tables)}
        return tuple(sorted(found, key=lambda one: _place(one, order)))


def _place(problem: Problem, order: Mapping[str, int]) -> tuple[bool, int, int]:
    """Return where a problem stands among the others: what is wrong with whole tabs comes first."""
    return problem.row is not None, order.get(problem.tab, len(order)), problem.row or 0


def judge(given: Given, rules: Rules) -> Judged:
    """Read every tab, and find out what is meant and what is wrong. Changes nothing."""
    today = given.now.astimezone(rules.zone).date()
    seen = Seen(given.values, given.now, given.accept_removals)
    gathered = _gathered(given, rules, seen)
    dismiss(gathered, given.erased, now=given.now, zone=rules.zone)
    members = _members(gathered, given, rules, today)
    told = _read_reports(gathered, given, rules, members, seen)
    spelled = load_spelled(given.values.get(SPELLED, ""))
    tags = list_tags(gathered.tables.get("Tags"), told.reports, spelled)
    proposals = propose(
        told.reports,
        members,
        tags.tags,
        rules.mentorship_tags,
        frozen=gathered.frozen,
        today=today,
    )
    return Judged(
        gathered,
        members,
        told,
        tags,
        _wishes(gathered, given, rules, members.listed, members.roster, today),
        read_decisions(
            gathered.tables.get("Digests"), given.issues, given.values, behind=given.behind
        ),
        proposals,
        _answered(gathered, given, rules, members.listed),
        tuple(break_problems(members.listed, today)),
    )


def _read_reports(
    gathered: Gathered, given: Given, rules: Rules, members: Membership, seen: Seen
) -> Told:
    """Find every report, and judge those about which anything may have changed."""
    context = Context(
        form=rules.form,
        roster=members.roster,
        mentors=members.merged.mentors,
        today=given.now.astimezone(rules.zone).date(),
        zone=rules.zone,
        trust=rules.trust,
        hashtags=rules.hashtags,
    )
    looked_at = load_looked_at(given.values, context, gathered.reports)
    past = _past(given, rules, members, looked_at)
    lines = find_lines(gathered.reports, rules.form, past, frozenset(gathered.frozen))
    missing = find_missing(lines, past, seen, gathered, given.sheet)
    note_restored(lines, past, gathered)
    settled = settle(lines.lines, context, past)
    reports = [one.report for one in settled if one.line.id]
    reports += [one.report for one in lines.unchanged.values()]
    return Told(past, lines, missing, settled, reports)


def _gathered(given: Given, rules: Rules, seen: Seen) -> Gathered:
    return gather(
        given.sheet,
        reports_tab(rules.form),
        seen,
        aliases=rules.headers,
        stamped=given.sheet.stamp is not None,
        known_reports=bool(given.known),
        linked=rules.linked,
        mentors=given.mentors,
        people=PEOPLE.insisting(STILL_IN) if given.answers else PEOPLE,
    )


def _wishes(
    gathered: Gathered,
    given: Given,
    rules: Rules,
    listed: Sequence[Listed],
    roster: Roster,
    today: date,
) -> Wishes:
    """Read what readers want, and who is not written to any more."""
    applied = _applied(gathered, given, roster)
    read = read_subscriptions(
        applied.table,
        people=roster.people,
        check_filter=rules.check_filter,
        today=today,
        further=applied.problems,
    )
    suspended = suspend(given.refused, gathered.tables.get("Subscriptions"), given.values)
    subscribed = show_alumni(shown(read, suspended), roster.people, given.confirmed)
    return Wishes(
        applied,
        subscribed,
        suspended,
        problems=(
            *(problem for one in subscribed for problem in one.problems),
            *people_problems(listed, subscribed, suspended),
        ),
        are_shown=applied.table is not None and "Subscriptions" not in gathered.frozen,
    )


def _applied(gathered: Gathered, given: Given, roster: Roster) -> Applied:
    """Return the Subscriptions tab with what readers chose on their pages."""
    return apply(
        gathered.tables.get("Subscriptions"),
        load_memory(given.values.get("chosen", "")),
        [choice for _, choice in given.choices],
        roster=[person.email for person in roster.people if person.email],
        behind=given.behind,
    )


def _answered(gathered: Gathered, given: Given, rules: Rules, listed: Sequence[Listed]) -> Answered:
    """Return what people answered to “still in?”, also while nothing can be written there."""
    kept = given.values.get(STILL_IN, "")
    # The last good copy, which stands in for a frozen tab, may be older than what was written.
    frozen = "People" in gathered.frozen
    answered = settle_answers(
        gathered.tables.get("People"),
        listed,
        [choice for _, choice in given.answers],
        kept,
        zone=rules.zone,
        behind=given.behind or frozen,
    )
    return replace(answered, kept=kept, are_shown=False) if frozen else answered


def _members(gathered: Gathered, given: Given, rules: Rules, today: date) -> Membership:
    return read_membership(
        gathered.tables,
        given.acquaintances,
        given.values,
        sheet=given.mentors.tab if given.mentors else MENTORS,
        groups=rules.groups,
        required=rules.required_groups,
        today=today,
    )


def _past(given: Given, rules: Rules, members: Membership, looked_at: LookedAt) -> Past:
    intake = take_in(given.queue, rules.form)
    return Past(
        known=given.known,
        intake=intake,
        lost=given.lost,
        unseen=given.unseen,
        now=given.now,
        begun=given.begun,
        zone=rules.zone,
        roster=members.roster,
        mentors=members.merged.mentors,
        last_write=given.sheet.stamp.counter if given.sheet.stamp else 0,
        highest=int(given.values.get(HIGHEST, "0")),
        looked_at=looked_at,
    )
