"""A Desk -> the application that answers for it: its routes, and what holds on every answer."""

import logging
import time
import traceback
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from flask import Flask, Response, abort, request
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from forms.html_form import Notice
from forms.palette import STATIC
from forms.wording import N_
from sheets_sync.state import StateError
from sheets_sync.web.browsing import add_browsing
from sheets_sync.web.clerk import Clerk, html
from sheets_sync.web.correcting import add_correcting
from sheets_sync.web.deciding import add_deciding
from sheets_sync.web.desk import Desk
from sheets_sync.web.dispatching import together
from sheets_sync.web.headers import PAPER, protected_headers
from sheets_sync.web.leaving import add_leaving
from sheets_sync.web.posting import BODY_BYTES
from sheets_sync.web.preferring import add_preferring
from sheets_sync.web.renewing import add_renewing
from sheets_sync.web.reporting import add_reporting
from sheets_sync.web.subscribing import add_subscribing

log = logging.getLogger("tidings.web")
SLOW = 1000
"""Milliseconds from which an answer is logged although it went well."""

MESSAGES: Final = {
    400: Notice(N_("That was not understood"), N_("Please go back and try it once more.")),
    404: Notice(
        N_("Nothing here"),
        N_("This address is not known, or the link is no longer valid. Nothing was changed."),
    ),
    405: Notice(N_("Nothing here"), N_("This address cannot be used in this way.")),
    413: Notice(
        N_("That was too much"),
        N_("It is larger than a report can be. Go back, shorten it, and send it again."),
    ),
    415: Notice(
        N_("That was not understood"), N_("Please use the form on this site to send a report.")
    ),
    500: Notice(
        N_("Something went wrong on our side"),
        N_("Nothing was stored. Go back: what you typed is still there. Please try again later."),
    ),
    503: Notice(N_("Something went wrong on our side"), N_("Please try again in a few minutes.")),
}


def create_app(desk: Desk) -> Flask:
    """Return the application; it reads and writes nothing but through the desk."""
    app = Flask("tidings", static_folder=str(STATIC), static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = BODY_BYTES
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    if desk.settings.proxies:
        hops = desk.settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=1, x_host=0)  # type: ignore[method-assign]
    clerk = Clerk(desk)
    add_reporting(app, clerk)
    add_correcting(app, clerk)
    if desk.readership is not None:
        add_leaving(app, clerk, desk.readership)
        add_preferring(app, clerk, desk.readership)
        add_browsing(app, clerk, desk.readership)
        add_subscribing(app, clerk, desk.readership)
        add_renewing(app, clerk, desk.readership)
        add_deciding(app, clerk, desk.readership)
    _add_papers(app, desk)
    _add_health(app, desk)
    _add_errors(app, clerk)
    _protect(app)
    return app


def _add_papers(app: Flask, desk: Desk) -> None:
    @app.get("/papers/", defaults={"name": ""})
    @app.get("/papers/<path:name>")
    def paper(name: str) -> Response:
        found = desk.papers(name) or abort(404)
        answer = Response(found.body, content_type=found.content_type)
        answer.headers["Content-Security-Policy"] = PAPER
        return answer


def _add_health(app: Flask, desk: Desk) -> None:
    last: dict[str, float] = {}

    def prove(moments: Sequence[datetime], *, wait: bool = True) -> Sequence[None]:
        desk.journal.prove_writable(now=moments[-1], wait=wait)
        return [None for _ in moments]

    @app.get("/healthz")
    def health() -> Response:
        # At most one write a second, however often it is asked.
        if time.monotonic() - last.get("proved", float("-inf")) > 1:
            try:
                together(prove, desk.now())
            except StateError:
                return Response("the state cannot be written\n", 503, mimetype="text/plain")
            last["proved"] = time.monotonic()
        return Response("ok\n", mimetype="text/plain")


def _add_errors(app: Flask, clerk: Clerk) -> None:
    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        status = error.code or 500
        answer = html(clerk.pages.message(MESSAGES.get(status, MESSAGES[400]), onward="/"), status)
        if status == 405:
            answer.headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
        return answer

    @app.errorhandler(StateError)
    def unreadable(_error: StateError) -> Response:
        return html(clerk.pages.message(MESSAGES[503]), 503)

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        # Where it happened, never its words: they may be people's (fault 83).
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"{frame.filename}:{frame.lineno}" for frame in frames]
        log.error("%s at %s", type(error).__name__, " < ".join(reversed(places)))
        return html(clerk.pages.message(MESSAGES[500]), 500)


def _protect(app: Flask) -> None:
    """Add what holds on every answer, where even those that Flask does not make pass through."""
    answering = app.wsgi_app

    def protected(environ: dict[str, Any], start_response: Any) -> Any:
        begun = time.monotonic()

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            _record(status, (time.monotonic() - begun) * 1000)
            https = environ["wsgi.url_scheme"] == "https"
            return start_response(status, protected_headers(headers, https=https), *rest)

        return answering(environ, start)

    app.wsgi_app = protected  # type: ignore[method-assign]


def _record(status: str, took: float) -> None:
    if status < "4" and took < SLOW and not log.isEnabledFor(logging.DEBUG):
        # Writing a line costs as much as half a post; what goes well need not be told.
        return
    # The rule, not the path: paths carry tokens, and whatever a visitor likes to write.
    rule = request.url_rule.rule if request and request.url_rule else "(no such page)"
    method = request.method.encode("ascii", "backslashreplace").decode() if request else "?"
    log.info("%r %s %s %.0f ms", method, rule, status.partition(" ")[0], took)
