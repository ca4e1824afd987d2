"""Recent reports, behind the personal link in each mail: what that person's mail may show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Flask, Response, abort, request

from digests.filters import FilterError, parse
from digests.wanted import By, all_of
from forms.html_form import Notice
from forms.rules import clean
from forms.wording import N_, language
from sheets_sync.links import Purpose
from sheets_sync.web.clerk import Clerk, html
from sheets_sync.web.looking import YEAR, Asked, Look, Reading, reading
from sheets_sync.web.reader_pages import ReaderPages, visitors_language
from sheets_sync.web.readership import Readership

AT_FIRST = timedelta(days=28)
SUGGESTED = 16
NOT_A_DAY = N_("“{typed}” is not a day; write {day}.")
PERSONAL = Notice(
    N_("The reports are for those who get the mail"),
    N_("Open this page with the link in any of our mails."),
)


@dataclass(frozen=True, slots=True)
class Query:
    """What the page was asked, as typed."""

    filter: str
    person: str
    since: str
    until: str


def add_browsing(app: Flask, clerk: Clerk, readership: Readership) -> None:
    """Give the application the page on which a reader looks for reports."""

    @app.get("/reports")
    def closed() -> Response:
        tongue = visitors_language(request.accept_languages, clerk.desk.language)
        pages = ReaderPages(community=clerk.desk.name, language=tongue)
        if readership.open:
            return html(pages.notice(PERSONAL, onward="/subscribe", label=N_("Get the mail")))
        return html(pages.notice(PERSONAL))

    @app.get("/reports/<token>")
    def reports(token: str) -> Response:
        reader = readership.reader(Purpose.REPORTS, token) or abort(404)
        tongue = language(reader.language, clerk.desk.language)
        shelf = reading(
            readership.press,
            readership.links,
            reader,
            language=tongue,
            now=readership.now(),
            back=YEAR,
        )
        return _page(clerk, readership, shelf, _query(request.args, clerk.desk.today()))


def _query(args: Mapping[str, str], today: date) -> Query:
    def typed(name: str) -> str:
        return " ".join(clean(args.get(name, "")).split())

    since = typed("since") if "since" in args else (today - AT_FIRST).isoformat()
    return Query(typed("filter"), typed("person"), since, typed("until"))


def _page(clerk: Clerk, readership: Readership, shelf: Reading, query: Query) -> Response:
    reader, today = shelf.reader, clerk.desk.today()
    form = readership.form_for(reader)
    pages = ReaderPages(community=clerk.desk.name, language=shelf.language, form=form)
    asked, wrong = _asked(shelf, query, today, pages.translate)
    shown = pages.page(
        "reports.html",
        query=query,
        wrong={
            name: pages.say(fault, typed=getattr(query, name), day=today.isoformat())
            if fault is NOT_A_DAY
            else fault
            for name, fault in wrong.items()
        },
        look=Look() if asked is None else shelf.look(asked),
        writers=shelf.writers,
        tags=clerk.desk.known_tags()[:SUGGESTED],
        preferences=readership.links.preferences(reader.id, readership.generation(reader.id)),
    )
    return html(shown, 422 if wrong else 200)


def _asked(
    shelf: Reading, query: Query, today: date, translate: Callable[[str], str]
) -> tuple[Asked | None, dict[str, str]]:
    wrong = {}
    days = {"since": date.min, "until": today + timedelta(days=1)}
    for name in days:
        if typed := getattr(query, name):
            try:
                days[name] = date.fromisoformat(typed)
            except ValueError:
                wrong[name] = NOT_A_DAY
    try:
        wanted = parse(query.filter, names=shelf.names)
    except FilterError as error:
        return None, {"filter": error.text(translate), **wrong}
    if query.person:
        wanted = all_of([wanted, By(query.person, "")])
    return (None if wrong else Asked(wanted, days["since"], days["until"])), wrong
