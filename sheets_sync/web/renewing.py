"""“Are you still in?”: look, then answer with one button; no account, only the link in the mail.

Looking changes nothing. An answer is in the readers' journal before it is thanked for; the next
sync writes it into the People tab, and a person decides what follows from it.
"""

from flask import Flask, Response, abort, request

from digests.subscribers import Subscriber
from forms.html_form import Notice
from forms.rules import clean
from forms.wording import N_, language
from sheets_sync.choices import ChoiceAct
from sheets_sync.links import Purpose
from sheets_sync.renewal import COLUMN, WORDS, Reply
from sheets_sync.web.clerk import FOREIGN, Clerk, html
from sheets_sync.web.posting import is_foreign, read_fields
from sheets_sync.web.reader_pages import ReaderPages
from sheets_sync.web.readership import Readership

LONGEST = 500
ASKED = {
    Reply.YES: Notice(
        N_("Are you still in?"),
        N_("Then press the button. The coordinators see the answer and its day, and that is all."),
    ),
    Reply.PAUSE: Notice(
        N_("Would you like to pause or stop?"),
        N_("Tell the coordinators. Nothing changes by itself: they will talk with you."),
    ),
}
BUTTONS = {Reply.YES: N_("Yes, I am still in"), Reply.PAUSE: N_("Tell the coordinators")}
DONE = {
    Reply.YES: Notice(N_("Good to have you"), N_("The coordinators see that you are still in.")),
    Reply.PAUSE: Notice(
        N_("Thank you for saying so"),
        N_("The coordinators read it. If you change your mind, answer once more by the same mail."),
    ),
}


def add_renewing(app: Flask, clerk: Clerk, readership: Readership) -> None:
    """Give the application the page on which somebody says whether they are still in."""

    @app.get("/still-in/<token>")
    def still_in(token: str) -> Response:
        reader, reply = _asked(readership, token)
        return _page(pages_of(clerk, readership, reader), reply)

    @app.post("/still-in/<token>")
    def answer(token: str) -> Response:
        reader, reply = _asked(readership, token)
        pages = pages_of(clerk, readership, reader)
        words = _line(read_fields(request).get("words", [""])[0])
        if is_foreign(request, readership.links.public_url):
            return _page(pages, reply, words=words, notice=FOREIGN, status=403)
        chosen = {COLUMN: reply.value, **({WORDS: words} if words else {})}
        readership.choose(reader.address, chosen, source="page", id=reader.id, act=ChoiceAct.ANSWER)
        return html(pages.notice(DONE[reply]))


def _asked(readership: Readership, token: str) -> tuple[Subscriber, Reply]:
    reader = readership.reader(Purpose.STILL_IN, token) or abort(404)
    parts = readership.links.read(Purpose.STILL_IN, token) or ()
    replies = [one for one in Reply if parts[2:] == (one.mark,)]
    if not replies or not reader.person:
        abort(404)
    return reader, replies[0]


def pages_of(clerk: Clerk, readership: Readership, reader: Subscriber) -> ReaderPages:
    """Return the pages in a reader's language, which lead on to their own form."""
    tongue = language(reader.language, clerk.desk.language)
    form = readership.form_for(reader)
    return ReaderPages(community=clerk.desk.name, language=tongue, form=form)


def _page(
    pages: ReaderPages,
    reply: Reply,
    *,
    words: str = "",
    notice: Notice | None = None,
    status: int = 200,
) -> Response:
    shown = pages.page(
        "still_in.html",
        asked=pages.said(ASKED[reply]),
        button=pages.say(BUTTONS[reply]),
        tells=reply is Reply.PAUSE,
        words=words,
        longest=LONGEST,
        notice=notice and pages.said(notice),
    )
    return html(shown, status)


def _line(typed: str) -> str:
    return " ".join(clean(typed).split())[:LONGEST]
