"""An edition -> everything of its mail that stands around the reports, as templates show it."""

from collections.abc import Iterator
from dataclasses import dataclass

from digests.edition import Content, Desk, Edition, Part, Section
from digests.filters import Everything
from digests.phrases import headline, week_of
from digests.views import Lines, QuietLine, Teller, WaitingLine
from forms.wording import N_

HEADINGS = {
    Part.MENTEES: N_("Your mentees"),
    Part.REPORTS: N_("Reports"),
    Part.OTHERS: N_("Other reports"),
}


@dataclass(frozen=True, slots=True)
class Masthead:
    """What every mail of a community says about itself."""

    community: str
    language: str
    """The community's; for readers who chose none."""
    form_url: str
    """Where anybody reports, when there is no personal link; may be empty."""
    contact: str
    """A mailbox that a person reads: questions, and leaving."""
    more_url: str = ""
    """Where the reports that did not fit can be read; may be empty."""
    prefill: str = ""
    """The form's address up to the reader's name, for a form elsewhere; may be empty."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Where in a mail things go that are not the frame's."""

    form: str
    """Empty where nobody can report by link."""
    more: str
    sections: tuple[str, ...]
    preferences: str = ""
    leave: str = ""
    reports: str = ""
    stay: str = ""
    pause: str = ""
    hold: str = ""
    release: str = ""
    """The reader's own pages; empty without a public address."""


@dataclass(frozen=True, slots=True)
class SectionView:
    """A heading, and where its reports go."""

    heading: str
    items: str


@dataclass(frozen=True, slots=True)
class MailView:
    """A mail without its reports."""

    subject: str
    headline: str
    week: int
    review: str
    """Until when only coordinators have it; empty for others, and where it cannot be held here."""
    notices: tuple[str, ...]
    asks: bool
    """Whether the reader is asked if they are still in."""
    sections: tuple[SectionView, ...]
    more: str
    form: str
    quiet: Lines[QuietLine]
    long_quiet_heading: str
    long_quiet: Lines[QuietLine]
    unanswered: Lines[QuietLine]
    leaning: Lines[QuietLine]
    orphans: Lines[QuietLine]
    trends: Lines[QuietLine]
    waiting: Lines[WaitingLine]
    problems_heading: str
    problems: Lines[str]
    notes: Lines[str]
    because: str
    holds: str
    how_to_leave: str
    run_by: str
    preferences: str
    leave: str
    reports: str
    stay: str
    pause: str
    hold: str
    release: str


def mail_view(
    edition: Edition, teller: Teller, masthead: Masthead, marks: Marks, *, on_roster: bool
) -> MailView:
    """Return what a mail's templates show."""
    content = edition.content
    desk = content.desk or Desk()
    headings = [heading(section, teller) for section in content.sections]
    return MailView(
        subject=teller.subject(content, edition.issue),
        headline=headline(content, teller.words),
        week=week_of(edition.issue),
        review=teller.review() if content.desk and marks.hold else "",
        notices=tuple(_notices(content, teller)),
        asks=bool(content.asked_since and marks.stay),
        sections=tuple(map(SectionView, headings, marks.sections)),
        more=marks.more,
        form=marks.form,
        quiet=teller.quiet([one for one in content.quiet if not one.is_long]),
        long_quiet_heading=teller.counted(
            "Not seen for {count} month", "Not seen for {count} months", content.quiet_months
        ),
        long_quiet=teller.quiet([one for one in content.quiet if one.is_long]),
        unanswered=teller.unanswered(content.unanswered),
        leaning=teller.leaning(content.leaning),
        orphans=teller.orphans(desk.orphans),
        trends=teller.trends(desk.trends),
        waiting=teller.waiting(desk.waiting),
        problems_heading=teller.counted(
            "{count} problem to mend", "{count} problems to mend", len(desk.problems)
        ),
        problems=teller.lines([problem.text(teller.words.gettext) for problem in desk.problems]),
        notes=teller.lines([note.text(teller.words.gettext) for note in desk.notes]),
        because=_because(masthead, teller, on_roster=on_roster),
        holds=_holds(content, teller),
        how_to_leave="" if marks.leave else _how_to_leave(masthead, teller),
        run_by=_run_by(masthead, teller),
        preferences=marks.preferences,
        leave=marks.leave,
        reports=marks.reports,
        stay=marks.stay,
        pause=marks.pause,
        hold=marks.hold,
        release=marks.release,
    )


def heading(section: Section, teller: Teller) -> str:
    """Return what stands above a section: its category, or what it holds."""
    return teller.line(section.category) or teller.say(HEADINGS[section.part])


def _notices(content: Content, teller: Teller) -> Iterator[str]:
    if content.first:
        yield teller.say(N_("This is your first mail. It starts with what came lately."))
    if content.unread_filter:
        yield teller.say(
            N_(
                "Your filter “{filter}” could not be read. Until it is corrected, you get "
                "everything."
            ),
            filter=teller.line(content.unread_filter),
        )
    if content.left_behind:
        yield teller.counted(
            "It has been a while. This mail goes back {weeks} weeks; {count} older report is not "
            "in it.",
            "It has been a while. This mail goes back {weeks} weeks; {count} older reports are "
            "not in it.",
            content.left_behind,
            weeks=content.catch_up_weeks,
        )


def _because(masthead: Masthead, teller: Teller, *, on_roster: bool) -> str:
    if on_roster:
        said = N_("You get this mail because you are on the roster of {community}.")
    else:
        said = N_("You get this mail because this address is subscribed to {community}.")
    return teller.say(said, community=masthead.community)


def _holds(content: Content, teller: Teller) -> str:
    if isinstance(content.filter, Everything):
        return teller.say(N_("It holds everything that was reported."))
    chosen = teller.line(str(content.filter))
    return teller.say(N_("It holds what you chose: {filter}"), filter=chosen)


def _how_to_leave(masthead: Masthead, teller: Teller) -> str:
    if masthead.contact:
        said = N_("To get less or to leave, write to {contact}.")
        return teller.say(said, contact=masthead.contact)
    return teller.say(N_("To get less or to leave, tell a coordinator."))


def _run_by(masthead: Masthead, teller: Teller) -> str:
    if masthead.contact:
        said = N_("The coordinators of {community} run it: {contact}")
        return teller.say(said, community=masthead.community, contact=masthead.contact)
    return teller.say(N_("The coordinators of {community} run it."), community=masthead.community)
