"""Correct and withdraw, behind the signed link that comes with the receipt.

Looking changes nothing: mail scanners open every link, so only a post acts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Flask, Response, abort, request

from forms.html_form import Filled, Notice
from forms.submission import Act, Submission
from forms.wording import N_
from sheets_sync.links import Purpose
from sheets_sync.web.clerk import Clerk, Refused, html
from sheets_sync.web.posting import new_ticket, sign
from sheets_sync.web.reporting import see_other

GONE = Notice(N_("This report was withdrawn"), N_("It is left out of every later mail and page."))
CHANGED = Notice(
    N_("You sent this page before, with other words"),
    N_("We keep what you sent first. Below is what you sent now; save it as a further correction?"),
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A report that a link opens."""

    report: str
    answers: Mapping[str, str]
    person: str
    withdrawn: bool


def add_correcting(app: Flask, clerk: Clerk) -> None:
    """Give the application the pages that correct and withdraw a report."""

    @app.get("/correct/<token>")
    def correction(token: str) -> Response:
        kept = _kept(clerk, token)
        if kept.withdrawn:
            return html(clerk.pages.message(GONE, onward="/"))
        ticket = new_ticket(clerk.desk.now().timestamp())
        filled = replace(_filled(clerk, kept, token), typed=kept.answers)
        return html(clerk.pages.form(replace(filled, token=sign(clerk.desk.links, ticket))))

    @app.post("/correct/<token>")
    def correct(token: str) -> Response:
        kept = _kept(clerk, token)
        return _correct(clerk, kept, token)

    @app.get("/correct/<token>/withdraw")
    def withdrawal(token: str) -> Response:
        kept = _kept(clerk, token)
        if kept.withdrawn:
            return html(clerk.pages.message(GONE, onward="/"))
        ticket = sign(clerk.desk.links, new_ticket(clerk.desk.now().timestamp()))
        return html(clerk.pages.withdraw(kept.answers, token=ticket, back=f"/correct/{token}"))

    @app.post("/correct/<token>/withdraw")
    def withdraw(token: str) -> Response:
        return _withdraw(clerk, _kept(clerk, token), token)


def _kept(clerk: Clerk, token: str) -> _Kept:
    parts = clerk.desk.links.read(Purpose.CORRECT, token)
    if not parts or len(parts) != 1:
        abort(404)
    sent: list[Submission] = [one.submission for one in clerk.desk.journal.submissions(parts[0])]
    versions = [one for one in sent if one.act is not Act.WITHDRAWAL]
    answers = versions[-1].answers if versions else clerk.desk.answers_elsewhere(parts[0])
    if answers is None:
        abort(404)
    withdrawn = bool(sent) and sent[-1].act is Act.WITHDRAWAL
    return _Kept(parts[0], answers, sent[0].person if sent else "", withdrawn)


def _identity(kept: _Kept) -> str:
    return kept.answers.get("reporter", "") if kept.person else ""


def _filled(clerk: Clerk, kept: _Kept, token: str) -> Filled:
    return Filled(
        "",
        tags=clerk.desk.known_tags(),
        categories=clerk.desk.tag_categories(),
        identity=_identity(kept),
        withdraw=f"/correct/{token}/withdraw",
    )


def _correct(clerk: Clerk, kept: _Kept, token: str) -> Response:
    post = clerk.read(request)
    try:
        ticket = clerk.admit(post)
        answers = clerk.checked(post, identity=_identity(kept))
        clerk.take(
            post,
            ticket,
            act=Act.CORRECTION,
            report=kept.report,
            answers=answers,
            person=kept.person,
        )
    except Refused as refused:
        if refused.stored is not None:
            refused = replace(refused, notice=CHANGED)
        return clerk.again(post, refused, _filled(clerk, kept, token))
    return see_other(f"/thanks/{token}")


def _withdraw(clerk: Clerk, kept: _Kept, token: str) -> Response:
    post = clerk.read(request)
    try:
        ticket = clerk.admit(post)
        clerk.take(post, ticket, act=Act.WITHDRAWAL, report=kept.report, answers={})
    except Refused as refused:
        unused = post.ticket if refused.stored is None else None
        fresh = sign(clerk.desk.links, unused or new_ticket(clerk.desk.now().timestamp()))
        page = clerk.pages.withdraw(
            kept.answers, token=fresh, back=f"/correct/{token}", notice=refused.notice
        )
        return html(page, refused.status)
    return see_other(f"/thanks/{token}")
