"""A project -> what its page needs, and what is due."""

from collections.abc import Callable, Mapping
from datetime import datetime

from forms.definition import Form
from forms.hashtags import find_hashtags
from sheets_sync.community import Community, Report
from sheets_sync.mailing import contact, open_press
from sheets_sync.project import Project
from sheets_sync.state.base import Base
from sheets_sync.web.desk import Desk
from sheets_sync.web.readership import Readership


def open_desk(
    project: Project, now: Callable[[], datetime], knock: Callable[[], None] = lambda: None
) -> Desk:
    """Return what the pages need of a project; `knock` is called when a mail waits to be sent."""
    community = project.settings.community
    return Desk(
        form=project.form,
        journal=project.state.journal,
        links=project.links,
        name=community.name,
        community=_Remembered(project.state.base),
        now=now,
        zone=project.settings.zone,
        language=community.language,
        settings=project.settings.form,
        readership=open_readership(project, now, knock),
        answers_elsewhere=lambda id: answers_in_sheet(project.state.base.report(id), project.form),
    )


def open_readership(
    project: Project, now: Callable[[], datetime], knock: Callable[[], None]
) -> Readership:
    """Return those who get mail, as their pages need them."""
    return Readership(
        open_press(project),
        project.state.reviews,
        project.links,
        now,
        contact(project),
        open=project.settings.digest.subscribe_page and bool(project.links.public_url),
        knock=knock,
    )


class _Remembered:
    """The community as of the last sync, read again only after another one."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._last: tuple[str, Community | None] = ("", None)

    def __call__(self) -> Community | None:
        at = self._base.get("last sync")
        if at != self._last[0]:
            self._last = (at, self._base.community())
        return self._last[1]


def answers_in_sheet(report: Report | None, form: Form) -> Mapping[str, str] | None:
    """Return a report of the sheet as answers to the form's questions."""
    if report is None:
        return None
    columns = {
        "date": report.date.isoformat(),
        "reporter": report.reporter,
        "text": report.text,
        # What stands in the text need not be typed again.
        "tags": "" if report.tags == find_hashtags(report.text) else ", ".join(report.tags),
        "link": report.link,
        "about": "; ".join(report.about),
        "outcome": report.outcome,
    }
    labels = dict(report.extra)
    answers = {q.name: columns.get(q.column, labels.get(q.label, "")) for q in form.questions}
    return {name: answer for name, answer in answers.items() if answer}
