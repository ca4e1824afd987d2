"""The form's own pages: ask, take in, say exactly what was kept."""

from dataclasses import replace
from urllib.parse import urlencode

from flask import Flask, Request, Response, abort, request

from forms.html_form import Filled, Notice
from forms.submission import Act
from forms.wording import N_
from sheets_sync.community import Person
from sheets_sync.identity import report_id_for
from sheets_sync.links import Purpose
from sheets_sync.web.clerk import Clerk, Refused, html

RECEIVED = Notice(N_("Received, thank you"), N_("Your report is safely kept."))
HELD = Notice(
    N_("Received, thank you"),
    N_("Your report is safely kept. A coordinator will look at it before others see it."),
)
CORRECTED = Notice(N_("Corrected, thank you"), N_("Your correction is safely kept."))
WITHDRAWN = Notice(N_("Withdrawn"), N_("The report is left out of every later mail and page."))


def add_reporting(app: Flask, clerk: Clerk) -> None:
    """Give the application the form, the personal form and the receipt."""

    @app.get("/")
    def form() -> Response:
        return _open(clerk.pages.form(clerk.blank(request)))

    @app.post("/")
    def report() -> Response:
        return _take_in(clerk, None, "")

    @app.get("/for/<token>")
    def personal_form(token: str) -> Response:
        person = _person(clerk, token)
        return html(clerk.pages.form(replace(clerk.blank(request), identity=person.name)))

    @app.post("/for/<token>")
    def personal_report(token: str) -> Response:
        return _take_in(clerk, _person(clerk, token), f"/for/{token}")

    @app.get("/thanks/<token>")
    def receipt(token: str) -> Response:
        return _receipt(clerk, token, "")

    @app.get("/for/<person>/thanks/<token>")
    def personal_receipt(person: str, token: str) -> Response:
        _person(clerk, person)
        return _receipt(clerk, token, f"/for/{person}")


def _open(page: str) -> Response:
    answer = html(page)
    # Kept by the browser alone, so that going back finds what was typed.
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _person(clerk: Clerk, token: str) -> Person:
    parts = clerk.desk.links.read(Purpose.PERSONAL, token)
    person = clerk.desk.person(parts[0]) if parts and len(parts) == 1 else None
    return person or abort(404)


def _take_in(clerk: Clerk, person: Person | None, base: str) -> Response:
    asked: Request = request._get_current_object()  # type: ignore[attr-defined]
    post = clerk.read(asked)
    identity = person.name if person else ""
    try:
        ticket = clerk.admit(post)
        stored = clerk.take(
            post,
            ticket,
            act=Act.REPORT,
            report=report_id_for(ticket.key),
            answers=clerk.checked(post, identity=identity),
            person=person.id if person else "",
        )
    except Refused as refused:
        blank = Filled(
            "",
            tags=clerk.desk.known_tags(),
            categories=clerk.desk.tag_categories(),
            identity=identity,
        )
        return clerk.again(post, refused, blank)
    token = clerk.desk.links.sign(Purpose.CORRECT, stored.report)
    return see_other(with_prefill(f"{base}/thanks/{token}", clerk, asked))


def see_other(address: str) -> Response:
    """Return the redirect after a post, so that reloading posts nothing."""
    return Response(status=303, headers={"Location": address})


def with_prefill(path: str, clerk: Clerk, request: Request) -> str:
    """Return a path with those parts of the query that prefill the form."""
    if not request.query_string:
        return path
    names = [question.name for question in clerk.desk.form.questions]
    query = urlencode([(name, one) for name in names for one in request.args.getlist(name)])
    return f"{path}?{query}" if query else path


def _receipt(clerk: Clerk, token: str, base: str) -> Response:
    parts = clerk.desk.links.read(Purpose.CORRECT, token)
    entries = clerk.desk.journal.submissions(parts[0]) if parts and len(parts) == 1 else ()
    if not parts or not entries:
        abort(404)
    last = entries[-1].submission
    notice = {Act.CORRECTION: CORRECTED, Act.WITHDRAWAL: WITHDRAWN}.get(
        last.act, HELD if last.held else RECEIVED
    )
    withdrawn = last.act is Act.WITHDRAWAL
    link = clerk.correct_link(parts[0])
    return html(
        clerk.pages.receipt(
            notice,
            {} if withdrawn else last.answers,
            correct="" if withdrawn else absolute(link),
            another=with_prefill(base or "/", clerk, request),
        )
    )


def absolute(link: str) -> str:
    """Return a link with the address that the visitor used, where no public one is set."""
    return request.url_root.rstrip("/") + link if link.startswith("/") else link
