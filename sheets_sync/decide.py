"""A snapshot, the base and the journal -> everything that follows from them.

Pure but for fresh ids. The stages stand in `decide`, in order; each is a module of its own.
"""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo

from forms.definition import Form
from sheets_sync.breaks import break_problems
from sheets_sync.choices import Applied, Choice, apply, dump_memory, load_memory
from sheets_sync.community import Community, Problem, Report, Role
from sheets_sync.decisions import Decisions, read_decisions
from sheets_sync.doubts import Context
from sheets_sync.erased import NOBODY, Erased, dismiss
from sheets_sync.gather import Gathered, Seen, gather
from sheets_sync.intake import take_in
from sheets_sync.layout import MENTORS, PEOPLE
from sheets_sync.lines import Lines, Past, find_lines, find_missing, note_restored
from sheets_sync.membership import Membership, read_membership
from sheets_sync.mentor_sheet import MentorSheet
from sheets_sync.people import Listed
from sheets_sync.plan import plan_changes
from sheets_sync.proposals import propose
from sheets_sync.renewal import COLUMN as STILL_IN
from sheets_sync.renewal import Answered, settle_answers
from sheets_sync.roster import Roster
from sheets_sync.settle import Settled, done_with, remember, settle
from sheets_sync.spreadsheet import Changes, Snapshot
from sheets_sync.state.base import HIGHEST, REPORT, Acquaintance, Known
from sheets_sync.state.delivery import IssueLine
from sheets_sync.state.journal import Entry
from sheets_sync.state.operating import Refusals
from sheets_sync.subscriptions import FilterCheck, Subscribed, read_subscriptions, show_alumni
from sheets_sync.suspension import SUSPENDED, Suspended, people_problems, shown, suspend
from sheets_sync.taglist import list_tags
from sheets_sync.tags import MENTORSHIP_TAGS
from sheets_sync.trends import find_trends
from sheets_sync.unchanged import KEPT, LookedAt, judged_by, load_looked_at
from sheets_sync.validate import reports_tab


@dataclass(frozen=True, slots=True)
class Rules:
    """What the settings say of a sync."""

    form: Form
    zone: tzinfo
    check_filter: FilterCheck
    groups: Mapping[Role, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    trust: str = "open"
    hashtags: bool = True
    """Whether hashtags in the text are tags where the tags column is blank."""
    linked: Sequence[str] = ()
    """Tabs that a Google Form fills: further sources of reports."""
    required_groups: Mapping[Role, Sequence[str]] = field(default_factory=dict)
    """The groups that a status calls for, where they are not the status's own."""
    mentorship_tags: Sequence[str] = MENTORSHIP_TAGS
    """Reports with one of these propose pairs."""
    secret: str = ""
    """Keys the prints of what was erased."""

    def print(self) -> str:
        """Return a print of everything here that is data."""
        groups = (dict(self.groups), dict(self.required_groups), tuple(self.mentorship_tags))
        words = (dict(self.headers), self.trust, self.hashtags, tuple(self.linked))
        return repr((self.form, str(self.zone), *groups, *words))


@dataclass(frozen=True, slots=True)
class Given:
    """Everything that a decision depends on."""

    sheet: Snapshot
    known: Mapping[str, Known]
    acquaintances: Sequence[Acquaintance]
    values: Mapping[str, str]
    queue: Sequence[Entry]
    choices: Sequence[tuple[int, Choice]]
    """What readers chose since the sheet was last written."""
    answers: Sequence[tuple[int, Choice]]
    """What people answered to “still in?” since the sheet was last written."""
    issues: Sequence[IssueLine]
    restorable: Mapping[str, Mapping[str, str]]
    """Answers of reports that an older copy of the sheet, saved over ours, has lost (fault 43)."""
    now: datetime
    accept_removals: bool = False
    behind: bool = False
    """An older copy of the sheet was saved over ours."""
    older_copy: int | None = None
    """Which of our writes was the last in such a copy, until all that it lacks is put back."""
    confirmed: Set[str] = frozenset()
    """Folded addresses whose owners asked for the mail, and confirmed it."""
    refused: Sequence[Refusals] = ()
    """Addresses that were refused for good in several issues."""
    unseen: Set[str] = frozenset()
    """Tabs seen for the first time: the reports that stand there have been read by everyone."""
    mentors: MentorSheet | None = None
    """The mentor sheet, where other people keep it in a spreadsheet of theirs."""
    erased: Erased = NOBODY
    """What must not come back."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What to write, what to remember, and what to tell."""

    changes: Changes
    community: Community
    known: Sequence[Known]
    """Reports that changed, as they are to be remembered."""
    unwritten: Mapping[str, Known | None]
    """What to remember instead while the sheet cannot be written; None: nothing yet."""
    acquaintances: Mapping[str, Acquaintance]
    entries: Sequence[int]
    """Journal entries that the sheet holds once the changes are written."""
    chosen: Sequence[int]
    """Choices of readers that the sheet shows once the changes are written."""
    keep: Mapping[str, str]
    """Single values for the state."""
    decisions: Decisions
    """What counts of `decision` in the Digests tab, by issue."""
    frozen: frozenset[str]
    """Tabs to which nothing is written this time."""
    read: Sequence[str]
    """Tabs whose reports were read."""


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


def decide(given: Given, rules: Rules, counter: int) -> Decision:
    """Validate, merge and plan. `counter` numbers the write that would follow."""
    today = given.now.astimezone(rules.zone).date()
    seen = Seen(given.values, given.now, given.accept_removals)
    gathered = _gathered(given, rules, seen)
    dismiss(gathered, given.erased, now=given.now, zone=rules.zone)
    members = _members(gathered, given, rules, today)
    listed, roster = members.listed, members.roster
    rows = _read_reports(gathered, given, rules, members, seen)
    settled, reports = rows.settled, rows.reports
    remembered = remember(settled, rows.missing, rows.past, counter=counter, now=given.now)
    spelled = json.loads(given.values.get("spelled", "{}"))
    tags = list_tags(gathered.tables.get("Tags"), reports, spelled)
    wishes = _wishes(gathered, given, rules, listed, roster, today)
    decisions = read_decisions(gathered.tables.get("Digests"), given.issues, given.values)
    proposals = propose(
        reports,
        members,
        tags.tags,
        rules.mentorship_tags,
        frozen=gathered.frozen,
        today=today,
    )
    answered = _answered(gathered, given, rules, listed)
    problems = (
        *members.problems,
        *proposals.problems,
        *break_problems(listed, today),
        *answered.problems,
    )
    told = (*problems, *(problem for one in settled for problem in one.problems), *tags.problems)
    community = Community(
        at=given.now.astimezone(UTC),
        people=answered.told(members.people(reports)),
        tags=tags.tags,
        subscriptions=tuple(o.subscription for o in wishes.subscribed if o.subscription),
        problems=(*gathered.problems, *told, *wishes.problems, *decisions.problems),
        notes=tuple(gathered.notes),
        suspended=tuple(wishes.suspended.words),
        orphans=members.merged.orphans,
        trends=find_trends(reports, tags.tags, today),
    )
    frozen = frozenset(gathered.frozen)
    changes = plan_changes(
        gathered,
        settled,
        members,
        tags,
        wishes.subscribed,
        wishes.applied,
        given.issues,
        community,
        rules.zone,
        decisions,
        proposals.rows,
        answered.written,
    )
    done = done_with(settled, rows.lines, rows.past.looked_at, changes, frozen)
    return Decision(
        changes=changes,
        community=community,
        known=remembered.known,
        unwritten=remembered.unwritten,
        acquaintances=members.acquaintances(),
        entries=_settled_entries(given, rows, frozen),
        chosen=[
            *(number for number, _ in given.choices if wishes.are_shown),
            *(number for number, _ in given.answers if answered.are_shown),
        ],
        keep={
            **gathered.keep,
            **wishes.keep(),
            **members.keep(),
            **proposals.keep,
            "spelled": tags.kept(),
            STILL_IN: answered.kept,
            KEPT: done.dumped(),
        },
        decisions=decisions,
        frozen=frozen,
        read=[table.title for table in gathered.reports],
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """What the tabs of reports tell, beside what was known."""

    past: Past
    lines: Lines
    missing: Sequence[Known]
    settled: Sequence[Settled]
    """The lines that had to be looked at, judged."""
    reports: Sequence[Report]
    """All reports that are there."""


def _read_reports(
    gathered: Gathered, given: Given, rules: Rules, members: Membership, seen: Seen
) -> _Told:
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
    looked_at = load_looked_at(given.values, judged_by(context, gathered.reports))
    past = _past(given, rules, members.roster, looked_at)
    lines = find_lines(gathered.reports, rules.form, past, frozenset(gathered.frozen))
    missing = find_missing(lines, past, seen, gathered, given.sheet)
    note_restored(lines, past, gathered)
    settled = settle(lines.lines, context, past)
    reports = [one.report for one in settled if one.line.id]
    reports += [REPORT.validate_json(known.fields) for known in lines.unchanged]
    return _Told(past, lines, missing, settled, reports)


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


def _past(given: Given, rules: Rules, roster: Roster, looked_at: LookedAt) -> Past:
    intake = take_in([entry.submission for entry in given.queue], rules.form)
    return Past(
        known=given.known,
        intake=intake,
        restorable=given.restorable,
        unseen=given.unseen,
        now=given.now,
        zone=rules.zone,
        roster=roster,
        highest=int(given.values.get(HIGHEST, "0")),
        looked_at=looked_at,
    )


def _settled_entries(given: Given, rows: _Told, frozen: Set[str]) -> list[int]:
    """Return the journal entries that are done with.

    A correction waits for a row that is just gone, is asked about, or stands in a tab to which
    nothing is written; not for a removed one.
    """
    present = rows.lines.ids(without=frozen)
    gone = {one.id for one in rows.missing}
    gone |= {id for line in rows.lines.lines for id in line.question.split(" or ")}
    settled = []
    for entry in given.queue:
        id, known = entry.submission.report, given.known.get(entry.submission.report)
        removed = known is not None and bool(known.missing_since) and known.tab not in frozen
        if id in present or (removed and id not in gone):
            settled.append(entry.number)
    return settled
