"""A folder -> the whole way of a report in it: form, workbook, sync, digest; what to open next."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

from sheets_sync.cli.saying import say, visible
from sheets_sync.demo.community import Invented, load_invented
from sheets_sync.demo.filling import copy_row, fill
from sheets_sync.demo.papers import Papers
from sheets_sync.demo.place import HOST, clear, free_port, make_place
from sheets_sync.demo.visitor import hand_in
from sheets_sync.mailing import Mailed, Wish, sync_and_mail
from sheets_sync.project import Project, one_run, open_project
from sheets_sync.sync import Outcome, sync
from sheets_sync.web import Server, create_app
from sheets_sync.workflow import open_desk

Say = Callable[[str], None]
Clock = Callable[[], datetime]

COPIED = "Two newcomers came to the market with me. They did the talking!"
"""The report whose row somebody copies."""
MOST_PROBLEMS = 5


def _clock() -> datetime:
    return datetime.now(UTC)


def run(
    folder: Path,
    *,
    serve: bool,
    port: int = 8080,
    now: Clock = _clock,
    out: Say = say,
    command: str = "tidings",
) -> None:
    """Show the whole way of a report in a folder of the demo's own; raises DemoError.

    With `serve`, then serve the form and the mails until Ctrl-C. `command` is what a reader types
    to start Tidings.
    """
    environment = dict(os.environ)
    clear(folder)
    port = free_port(port)
    make_place(folder, f"http://{HOST}:{port}", environment)
    with open_project(folder, environment) as project:
        steps = _steps(project, command, f"http://{HOST}:{port}" if serve else "")
        with one_run(project):
            _go_the_way(project, now, out)
        out("")
        out("What to do next:")
        for number, step in enumerate(steps, 1):
            out(f"  {number}. {step}")
        if serve:
            _serve(project, steps, port, now, out)


def _go_the_way(project: Project, now: Clock, out: Say) -> None:
    invented = load_invented(now().astimezone(project.settings.zone).date())
    out(f"An invented community moves into {project.folder}:")
    words = {"Mentors": "mentorships"}
    counts = (f"{len(rows)} {words.get(tab, tab.lower())}" for tab, rows in invented.rows.items())
    out("  " + ", ".join(counts))
    _begin(project, invented, now())
    with _page(project, 0, now) as address:
        out(f"The form is open at {address}; three people report:")
        for answers in invented.submissions:
            hand_in(address, answers)
            out(f"  {answers['reporter'].partition(' <')[0]}: {_short(answers['text'])}")
    outcome, mailed = sync_and_mail(project, Wish(early=True), now=now())
    _tell(outcome, out)
    _tell_mailed(mailed, out)


def _begin(project: Project, invented: Invented, now: datetime) -> None:
    """Fill the workbook, sync it once, and copy a row as people do."""
    fill(project.spreadsheet, invented.rows)
    _synced(project, now)
    copy_row(project.spreadsheet, next(r for r in invented.rows["Reports"] if r["text"] == COPIED))


def _synced(project: Project, now: datetime) -> Outcome:
    return sync(project.spreadsheet, project.state, project.rules, mentors=project.mentors, now=now)


def _tell(outcome: Outcome, out: Say) -> None:
    problems = outcome.problems
    out(f"Synced: the mentors are merged, and {len(problems)} things need a manager, such as:")
    for problem in problems[::5][:MOST_PROBLEMS]:
        out(f"  {_short(problem.text(), 110)}")


def _tell_mailed(mailed: Mailed, out: Say) -> None:
    if mailed.made:
        issue = mailed.made.issue
        out(f"Frozen: this week's issue, {issue.name}, with {issue.reports} reports.")
    out(f"Delivered: {mailed.delivered.sent} mails into {mailed.folder}, one to each reader.")


@contextmanager
def _page(project: Project, port: int, now: Clock) -> Iterator[str]:
    """Serve the form in a thread; yields its address."""
    server = Server(create_app(open_desk(project, now)), host=HOST, port=port)
    thread = Thread(target=server.run)
    thread.start()
    try:
        yield f"http://{HOST}:{server.port}/"
    finally:
        server.close()
        thread.join()


def _steps(project: Project, command: str, page: str) -> tuple[str, ...]:
    """Return what to do next; `page` is where the form and the mails are served, if they are."""
    folder = project.folder
    tidings = f"{command} --project {folder}"
    outbox = folder / "outbox"
    return (
        f"Read this week's mails: {page}/papers/"
        if page
        else f"Open a mail of this week: {outbox}",
        f"Report something: {page}/" if page else f"Report something: {tidings} serve",
        f"Mend a row that the Problems tab names, as a manager would: {folder / 'workbook.xlsx'}",
        f"Save it, close it, and bring all together: {tidings} sync",
        f"See a mentor's mail in the browser: {tidings} digest --preview giulia@example.org",
        f"Begin with your own community: {command} --project FOLDER init",
    )


def _serve(project: Project, steps: tuple[str, ...], port: int, now: Clock, out: Say) -> None:
    # The page itself links to the mails and the form: the first two steps.
    papers = Papers(project.folder / "outbox", steps[2:])
    desk = replace(open_desk(project, now), papers=papers)
    server = Server(create_app(desk), host=HOST, port=port)
    out("")
    out(f"Serving http://{HOST}:{port}/ (the form) and http://{HOST}:{port}/papers/ (the mails)")
    out("until Ctrl-C.")
    try:
        server.run()
    except KeyboardInterrupt:
        out("Stopped.")
    finally:
        server.close()


def _short(text: str, most: int = 60) -> str:
    line = visible(" ".join(text.split()))
    return line if len(line) <= most else f"{line[: most - 1]}…"
