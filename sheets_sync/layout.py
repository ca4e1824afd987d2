"""The tabs and columns of the spreadsheet: what each holds, and who owns it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Owner(StrEnum):
    """Who may write a column's cells."""

    REPORTER = "reporter"
    MANAGER = "manager"
    TIDINGS = "Tidings"


class Holds(StrEnum):
    """What a column's cells hold."""

    TEXT = "text"
    DATE = "date"
    MOMENT = "date and time"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header, owner, and the note that a person reads on the header."""

    name: str
    owner: Owner
    note: str
    holds: Holds = Holds.TEXT
    choices: tuple[str, ...] = ()
    width: int = 16
    """In characters, for formatting."""
    optional: bool = False
    """Understood when present, but not made by `init`."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: its title and columns, and the columns without which it cannot be read."""

    title: str
    columns: tuple[Column, ...]
    required: tuple[str, ...] = ()
    steady: bool = False
    """A good copy of it is kept: a short one would misdirect mail."""
    foreign: bool = False
    """A form or other people fill it: never made, never appended to, never believed empty."""
    mapped_in: str = ""
    """The table of the settings that maps its headers, where that is not the usual one."""

    def column(self, name: str) -> Column:
        """Return the column with this name; raises KeyError."""
        return self._by_name()[name]

    def _by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in self.columns}

    def holds(self, name: str) -> Holds:
        """Return what stands in the column of this name."""
        return next((one.holds for one in self.columns if one.name == name), Holds.TEXT)

    def insisting(self, *names: str) -> "Tab":
        """Return the tab with optional columns that are wanted."""
        wanted = (replace(c, optional=c.optional and c.name not in names) for c in self.columns)
        return replace(self, columns=tuple(wanted))

    def with_columns(self, *added: Column) -> "Tab":
        """Return the tab with further columns at its right, in place of any of the same name."""
        names = {column.name for column in added}
        kept = (column for column in self.columns if column.name not in names)
        return replace(self, columns=(*kept, *added))


R, M, T = Owner.REPORTER, Owner.MANAGER, Owner.TIDINGS

REPORTS = Tab(
    "Reports",
    (
        Column("date", R, "The day it happened, such as 2026-11-23.", Holds.DATE, width=12),
        Column("reporter", R, "Who reports: name, e-mail address or portal username.", width=24),
        Column("email", R, "The reporter's e-mail address, if they gave it.", optional=True),
        Column("text", R, "What happened, in the reporter's words.", width=60),
        Column("tags", R, "Any tags, separated by commas.", width=24),
        Column("link", R, "A link with more about it.", width=28),
        Column(
            "about", R, "Whom it concerned, e.g. the mentee. Several: separate with ;", width=20
        ),
        Column("outcome", R, "What came of it.", width=32),
        Column(
            "decision",
            M,
            "Yours. Empty: as it is. ok: use it although something looks wrong. hide: keep it "
            "out of mails and pages.",
            choices=("ok", "hide"),
            width=10,
        ),
        Column("id", T, "The report's name for life. Do not edit; a copied row gets a new one."),
        Column("received", T, "When it arrived.", Holds.MOMENT, width=17),
        Column("source", T, "The way it came.", width=10),
        Column("status", T, "ok, check, unmatched, held, hidden or withdrawn.", width=11),
        Column("problem", T, "What is wrong with this row, and what to do.", width=50),
        Column("mentor", T, "The reporter's mentor when the report was first seen.", width=20),
        Column(
            "portal page", M, "Its page on an older site, if it had one.", optional=True, width=44
        ),
    ),
    required=("reporter", "text"),
)
PEOPLE = Tab(
    "People",
    (
        Column("name", M, "The name that readers see.", width=24),
        Column("email", M, "Where the digest goes. Never shown to readers.", width=28),
        Column(
            "username",
            M,
            "The portal username. The portal's table of them may be pasted beneath or beside.",
            width=16,
        ),
        Column("groups", M, "Rep, Mentor, Alumni, Coordinator … separated by commas.", width=18),
        Column("joined", M, "The day they joined.", Holds.DATE, width=12),
        Column("left", M, "The day they left.", Holds.DATE, width=12),
        Column("break until", M, "The last day of a break.", Holds.DATE, width=12),
        Column("country", M, "Where they are.", width=16),
        Column("language", M, "Language of their mail, such as it.", optional=True),
        Column("public", M, "no: show as “a member” on public pages.", optional=True),
        Column("feeds", M, "Web feeds of what they publish elsewhere.", optional=True),
        Column("still in", M, "Their last answer to “still in?”.", optional=True),
        Column("mentor", T, "Their mentor today, merged from the Mentors tab.", width=20),
        Column("last report", T, "The day of the last one they typed.", Holds.DATE, width=12),
        Column("problem", T, "What is wrong with this row, and what to do.", width=50),
    ),
    required=("name",),
    steady=True,
)
MENTORS = Tab(
    "Mentors",
    (
        Column("mentee", M, "Who is mentored: name, e-mail address or username.", width=24),
        Column("mentor", M, "By whom: name, e-mail address or username.", width=24),
        Column(
            "since",
            M,
            "From which day. A pair that a report proposed counts once this is filled in.",
            Holds.DATE,
            width=12,
        ),
        Column("until", M, "Up to which day; empty while it lasts.", Holds.DATE, width=12),
        Column("note", M, "Anything worth keeping.", width=30),
        Column("problem", T, "What is wrong with this row, and what to do.", width=50),
    ),
    required=("mentee", "mentor"),
    steady=True,
)
TAGS = Tab(
    "Tags",
    (
        Column("tag", M, "A tag, as people should see it. New ones are added here.", width=28),
        Column("same as", M, "Yours. The tag that this one means.", width=18),
        Column("category", M, "Yours. What it belongs to.", width=18),
        Column("description", M, "Yours. What it is for.", width=40),
        Column("uses", T, "In how many reports.", Holds.NUMBER, width=8),
        Column("first used", T, "Day of the first report with it.", Holds.DATE, width=12),
        Column("last used", T, "Day of the latest report with it.", Holds.DATE, width=12),
        Column("looks like", T, "Another tag that it may be a spelling of.", width=18),
    ),
    required=("tag",),
)
SUBSCRIPTIONS = Tab(
    "Subscriptions",
    (
        Column("email", M, "Whose mail: the address.", width=28),
        Column("filter", M, "Which reports: mentorship and (italy or spain)", width=36),
        Column(
            "frequency",
            M,
            "weekly, monthly, or stop.",
            choices=("weekly", "monthly", "stop", "bounced"),
            width=12,
        ),
        Column("paused until", M, "No mail up to and including this day.", Holds.DATE, width=12),
        Column("language", M, "Language of their mail.", optional=True),
        Column("format", M, "text: plain text only.", choices=("html", "text"), optional=True),
        Column("status", T, "What this row does now.", width=16),
        Column("problem", T, "What is wrong with this row, and what to do.", width=50),
    ),
    required=("email",),
    steady=True,
)
PROBLEMS = Tab(
    "Problems",
    (
        Column("tab", T, "Where: the tab.", width=14),
        Column("row", T, "Where: the row, as of the last sync.", Holds.NUMBER, width=6),
        Column("column", T, "Where: the column.", width=14),
        Column("value", T, "What stands there.", width=28),
        Column("what is wrong", T, "The fault.", width=48),
        Column("what to do", T, "The remedy.", width=48),
    ),
)
DIGESTS = Tab(
    "Digests",
    (
        Column("issue", T, "The week it was due.", width=12),
        Column("period", T, "Which reports it considered.", width=26),
        Column("reports", T, "How many reports it held.", Holds.NUMBER, width=9),
        Column("recipients", T, "How many people it goes to.", Holds.NUMBER, width=11),
        Column("sent", T, "How many mails were accepted.", Holds.NUMBER, width=8),
        Column("failed", T, "How many mails were refused for good.", Holds.NUMBER, width=8),
        Column("at", T, "When it was made.", Holds.MOMENT, width=17),
        Column(
            "decision",
            M,
            "Yours. hold: do not send yet. send: send now.",
            choices=("hold", "send"),
            width=10,
        ),
    ),
    required=("issue",),
)

TABS = (REPORTS, PEOPLE, MENTORS, TAGS, SUBSCRIPTIONS, PROBLEMS, DIGESTS)
