"""A project after a long silence, or with an old state -> what would leave is held, saying why.

When nothing ran for weeks, either the machine was off, or a backup was put back: then people may
have had these very mails. Only a person knows which. The same holds when a state that is older than
the spreadsheet goes on from there.
"""

from datetime import datetime, timedelta
from json import dumps, loads

from digests.issue import Made
from sheets_sync.decisions import OLD_STATE, SILENCE, held_after
from sheets_sync.project import Project


def hold_what_is_overdue(project: Project, made: Made | None, *, now: datetime) -> None:
    """Hold the issue just made, and what waits of older ones, after a long silence or an old state.

    What somebody has decided about stays as decided.
    """
    base = project.state.base
    last, is_old = base.get("last digest"), base.get(OLD_STATE)
    if last and (is_old or _is_long(project, now - datetime.fromisoformat(last))):
        _hold_all(project, made, since=last[:10])
    if is_old:
        base.put(OLD_STATE, "")


def _is_long(project: Project, silent: timedelta) -> bool:
    return silent.days >= project.settings.digest.hold_after_days


def _hold_all(project: Project, made: Made | None, *, since: str) -> None:
    issues = set(project.state.operating.unfinished())
    if made and made.new and made.recipients:
        issues.add(made.issue.name)
    hold(project, sorted(issues), since=since)


def hold(project: Project, issues: list[str], *, since: str) -> None:
    """Hold issues, and remember for the Problems tab since which day nothing ran."""
    silent: dict[str, str] = loads(project.state.base.get(SILENCE) or "{}")
    silent |= dict.fromkeys(issues, since)
    if issues:
        project.state.base.put(SILENCE, dumps(silent))
    for issue in issues:
        project.state.outbox.set_decision(issue, "hold")


def reason(project: Project, issue: str) -> str:
    """Return why Tidings held an issue; empty when it did not."""
    silent: dict[str, str] = loads(project.state.base.get(SILENCE) or "{}")
    return held_after(silent[issue]).text()[0] if issue in silent else ""
