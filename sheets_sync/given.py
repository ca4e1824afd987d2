"""What a sync begins with: what the settings say, and all that a decision depends on."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from forms.definition import Form
from forms.submission import Entry
from sheets_sync.choices import Choice
from sheets_sync.community import Role
from sheets_sync.erased import NOBODY, Erased
from sheets_sync.mentor_sheet import MentorSheet
from sheets_sync.older_copy import Lost
from sheets_sync.spreadsheet import Snapshot
from sheets_sync.state.base import Acquaintance, Known
from sheets_sync.state.delivery import IssueLine
from sheets_sync.state.operating import Refusals
from sheets_sync.subscriptions import FilterCheck
from sheets_sync.tags import MENTORSHIP_TAGS


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
    """What the sheet does not hold yet, and the corrections that an older copy undid."""
    choices: Sequence[tuple[int, Choice]]
    """What readers chose since the sheet was last written."""
    answers: Sequence[tuple[int, Choice]]
    """What people answered to “still in?” since the sheet was last written."""
    issues: Sequence[IssueLine]
    now: datetime
    begun: datetime
    """When this state began to be responsible for the spreadsheet."""
    accept_removals: bool = False
    behind: bool = False
    """An older copy of the sheet was saved over ours."""
    older_copy: int | None = None
    """Which of our writes was the last in such a copy, until all that it lacks is put back."""
    lost: Lost = field(default_factory=Lost)
    """What such a copy does not show (fault 43)."""
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
