"""A project after a long silence -> what would leave is held, and why is said.

When nothing ran for weeks, either the machine was off, or a backup was put back: then people may
have had these very mails. Only a person knows which.
"""

from datetime import datetime
from json import dumps, loads

from digests.issue import Made
from sheets_sync.decisions import SILENCE, held_after
from sheets_sync.project import Project


def hold_what_is_overdue(project: Project, made: Made | None, *, now: datetime) -> None:
    """Hold the issue just made, and what waits of older ones, when no run was seen for long.

    What somebody has decided about stays as decided.
    """
    last = project.state.base.get("last digest")
    if not last:
        return
    silent = now - datetime.fromisoformat(last)
    if silent.days < project.settings.digest.hold_after_days:
        return
    issues = set(project.state.operating.unfinished())
    if made and made.new and made.recipients:
        issues.add(made.issue.name)
    hold(project, sorted(issues), since=last[:10])


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
