"""Leave the digest, by the button of the mail program or of the page (RFC 8058).

Looking changes nothing: mail scanners open every link, so only a post acts. A post needs nothing
but the link, and is answered at once, without a redirect.
"""

from flask import Flask, Response, abort

from forms.html_form import Notice
from forms.wording import N_, language
from sheets_sync.links import Purpose
from sheets_sync.web.clerk import Clerk, html
from sheets_sync.web.desk import Desk
from sheets_sync.web.reader_pages import ReaderPages
from sheets_sync.web.readership import Readership

LEAVE = Notice(
    N_("Leave the digest?"),
    N_("You will get no more of these mails. Your reports stay as they are."),
)
LEFT = Notice(
    N_("You have left"),
    N_(
        "You get no more of these mails, not even those that are being sent now. To come back, "
        "open “Choose what you get” in any of our mails."
    ),
)


def add_leaving(app: Flask, clerk: Clerk, readership: Readership) -> None:
    """Give the application the page that leaves, and the one-click post."""

    @app.get("/leave/<token>")
    def leaving(token: str) -> Response:
        pages = pages_for(clerk.desk, readership, _whose(readership, token))
        return html(
            pages.page(
                "ask.html",
                notice=pages.said(LEAVE),
                button=pages.say(N_("Leave")),
                grave=True,
                name="List-Unsubscribe",
                value="One-Click",
            )
        )

    @app.post("/leave/<token>")
    def leave(token: str) -> Response:
        # Its body, cookies and origin do not matter: the link alone is what counts.
        id = _whose(readership, token)
        readership.leave(id)
        return html(pages_for(clerk.desk, readership, id).notice(LEFT))


def _whose(readership: Readership, token: str) -> str:
    parts = readership.links.read(Purpose.LEAVE, token)
    return parts[0] if parts and len(parts) == 1 else abort(404)


def pages_for(desk: Desk, readership: Readership, id: str) -> ReaderPages:
    """Return the pages in a subscriber's language."""
    reader = readership.subscriber(id)
    tongue = language(reader.language if reader else "", desk.language)
    return ReaderPages(community=desk.name, language=tongue)
