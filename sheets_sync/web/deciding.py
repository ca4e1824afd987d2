"""Hold an issue, or let it go, by the links in the mail that coordinators get first.

Looking changes nothing: mail scanners open every link, so only the button acts. What was decided
stands in the Digests tab after the next sync, and what a manager types there counts instead.
"""

from dataclasses import dataclass

from flask import Flask, Response, abort, request

from digests.phrases import week_of
from forms.html_form import Notice
from forms.wording import N_
from sheets_sync.links import Purpose
from sheets_sync.state.reviewing import Review, Verdict
from sheets_sync.web.clerk import Clerk, html
from sheets_sync.web.dispatching import together
from sheets_sync.web.posting import is_foreign, read_fields
from sheets_sync.web.reader_pages import ReaderPages
from sheets_sync.web.readership import Readership
from sheets_sync.web.renewing import pages_of

BUTTONS = {"hold": N_("Hold it"), "send": N_("Let it go now")}
ASKED = {
    "hold": Notice(
        N_("Hold the mail of week {week}?"),
        N_("What has not left yet then waits until a coordinator lets it go."),
    ),
    "send": Notice(
        N_("Let the mail of week {week} go now?"),
        N_("Everybody else then gets it the next time that mail is sent."),
    ),
}
DONE = {"hold": N_("Thank you, it is held"), "send": N_("Thank you, it may go")}
ALREADY = {"hold": N_("It is held already"), "send": N_("It may go already")}
FOLLOWS = {
    "hold": N_(
        "What has not left yet waits until a coordinator lets it go: by the other link in the "
        "mail, or by send in the Digests tab."
    ),
    "send": N_(
        "What waits leaves the next time that mail is sent. Until then it can be held by the other "
        "link in the mail, or by hold in the Digests tab."
    ),
}
STANDS = {"hold": N_("It is held now."), "send": N_("It was let go already.")}
LEAVING = N_("Some of it has left already, and cannot be called back.")
OUT = Notice(
    N_("The mail of week {week} is out"),
    N_("Nothing of it waits any more, so there is nothing to hold or to let go."),
)
MEANWHILE = N_("This was decided otherwise meanwhile. Nothing was changed: look once more.")
FOREIGN = N_(
    "It seemed to come from another site. Nothing was changed: press the button once more."
)


def add_deciding(app: Flask, clerk: Clerk, readership: Readership) -> None:
    """Give the application the page on which a coordinator holds an issue or lets it go."""

    @app.get("/decide/<token>")
    def deciding(token: str) -> Response:
        return _opened(clerk, readership, token).page()

    @app.post("/decide/<token>")
    def decide(token: str) -> Response:
        opened = _opened(clerk, readership, token)
        if is_foreign(request, readership.links.public_url):
            return opened.page(FOREIGN, status=403)
        seen = read_fields(request).get("seen", [""])[0]
        if not opened.is_open:
            return opened.page()
        verdict = Verdict(opened.review.issue, opened.decision, opened.review.decision)
        if seen == verdict.seen and together(readership.reviews.decide, verdict):
            return html(opened.told(DONE[opened.decision], FOLLOWS[opened.decision]))
        return _opened(clerk, readership, token).page(MEANWHILE, status=409)


@dataclass(frozen=True, slots=True)
class _Opened:
    """An issue about which a coordinator may decide one thing."""

    pages: ReaderPages
    review: Review
    decision: str

    @property
    def is_open(self) -> bool:
        """Whether there is anything left to decide."""
        return self.review.waiting > 0 and self.review.decision != self.decision

    def page(self, warning: str = "", *, status: int = 200) -> Response:
        """Return the question and its button, or why there is nothing to decide."""
        if not self.review.waiting:
            return html(self.told(OUT.heading, OUT.text))
        if not self.is_open:
            return html(self.told(ALREADY[self.decision], FOLLOWS[self.decision]))
        asked = ASKED[self.decision]
        facts = [STANDS.get(self.review.decision, ""), LEAVING if self.review.left else ""]
        shown = self.pages.page(
            "decide.html",
            heading=self._say(asked.heading),
            paragraphs=[self._say(fact) for fact in (*facts, asked.text) if fact],
            button=self._say(BUTTONS[self.decision]),
            seen=self.review.decision,
            warning=warning and self._say(warning),
        )
        return html(shown, status)

    def told(self, heading: str, text: str) -> str:
        """Return a page that says how the issue stands."""
        return self.pages.page(
            "notice.html", notice=Notice(self._say(heading), self._say(text)), onward=""
        )

    def _say(self, words: str) -> str:
        return self.pages.say(words, week=week_of(self.review.issue))


def _opened(clerk: Clerk, readership: Readership, token: str) -> _Opened:
    reader = readership.reader(Purpose.DECIDE, token)
    if reader is None or not reader.coordinator:
        abort(404)
    issue, decision = (readership.links.read(Purpose.DECIDE, token) or ())[2:]
    review = readership.reviews.find(issue) or abort(404)
    return _Opened(pages_of(clerk, readership, reader), review, decision)
