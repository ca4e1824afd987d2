"""The common questions to the spreadsheet -> filter views, for whoever opens it."""

from dataclasses import dataclass
from typing import Any

MENTORSHIP = "Mentorship, last four weeks"
HELD = "Held"
NO_MENTOR = "No mentor"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a filter view wants of one column."""

    column: str
    kind: str
    """A condition of the Sheets API that filters know."""
    value: str = ""

    def condition(self) -> dict[str, Any]:
        """Return it as the API takes it."""
        if not self.value:
            return {"type": self.kind}
        return {"type": self.kind, "values": [{"userEnteredValue": self.value}]}


@dataclass(frozen=True, slots=True)
class View:
    """A filter view: its tab, its title, and what it wants of each column."""

    tab: str
    title: str
    wanted: tuple[Wanted, ...]


def common_questions(*, mentorship: str, alumni: str) -> tuple[View, ...]:
    """Return the views; `mentorship` and `alumni` are the community's words for them."""
    return (
        View(
            "Reports",
            MENTORSHIP,
            (
                Wanted("tags", "TEXT_CONTAINS", mentorship),
                # Of `received`, since `date` may be left empty. No argument separators: those
                # depend on the spreadsheet's locale.
                Wanted("received", "DATE_AFTER", "=TODAY()-28"),
            ),
        ),
        View("Reports", HELD, (Wanted("status", "TEXT_EQ", "held"),)),
        View(
            "People",
            NO_MENTOR,
            (
                Wanted("name", "NOT_BLANK"),
                Wanted("groups", "TEXT_NOT_CONTAINS", alumni),
                Wanted("mentor", "BLANK"),
            ),
        ),
    )
