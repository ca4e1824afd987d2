"""A project after a long silence -> what would leave is held, and why is said.

When nothing ran for weeks, either the machine was off, or a backup was put back: then people may
have had these very mails. Only a person knows which.
"""

from datetime import datetime
from json import dumps, loads

from digests.issue import Made
from forms.plural import counted
from sheets_sync.decisions import WHY
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
    why = (
        f"no run was seen for {counted(silent.days, 'day')}, since {last[:10]}; if a backup was "
        "put back, people may have had this issue already, so it waits for your word"
    )
    hold(project, sorted(issues), why)


def hold(project: Project, issues: list[str], why: str) -> None:
    """Hold issues, and remember why for the Problems tab."""
    reasons: dict[str, str] = loads(project.state.base.get(WHY) or "{}")
    reasons |= dict.fromkeys(issues, why)
    if issues:
        project.state.base.put(WHY, dumps(reasons))
    for issue in issues:
        project.state.outbox.set_decision(issue, "hold")


def reason(project: Project, issue: str) -> str:
    """Return why Tidings held an issue; empty when it did not."""
    reasons: dict[str, str] = loads(project.state.base.get(WHY) or "{}")
    return reasons.get(issue, "")
