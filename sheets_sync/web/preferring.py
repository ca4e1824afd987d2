"""The reader's settings, behind the signed link in each mail: look, try, save.

Looking and trying change nothing; saving is in the journal before it is said to be saved.
"""

from dataclasses import dataclass

from flask import Flask, Response, abort, request

from digests.filters import parse
from digests.subscribers import Subscriber
from forms.html_form import Notice
from forms.wording import N_, language, spoken
from sheets_sync.links import Purpose
from sheets_sync.web.clerk import FOREIGN, Clerk, html
from sheets_sync.web.looking import Look, Reading, reading
from sheets_sync.web.posting import is_foreign, read_fields
from sheets_sync.web.reader_pages import ReaderPages
from sheets_sync.web.readership import Readership
from sheets_sync.web.reporting import see_other
from sheets_sync.web.wishes import (
    FREQUENCIES,
    Wishes,
    chosen,
    faults,
    read_wishes,
    readable,
    wishes_of,
)

SUGGESTED = 16
SAVED = Notice(
    N_("Saved"), N_("It counts from the next mail on. A pause and no mail count at once.")
)
RENEWED = Notice(
    N_("Older links are useless now"),
    N_("This page has a new address, and the next mail will bring it. Only leaving still works."),
)
DONE = {"saved": SAVED, "renewed": RENEWED}


@dataclass(frozen=True, slots=True)
class Opened:
    """A reader's settings, opened by a link."""

    readership: Readership
    clerk: Clerk
    reader: Subscriber
    pages: ReaderPages
    reading: Reading

    def page(
        self,
        wishes: Wishes,
        *,
        wrong: dict[str, str] | None = None,
        notice: Notice | None = None,
        status: int = 200,
    ) -> Response:
        """Return the page with these fields, and what last week would have brought."""
        desk, readership = self.clerk.desk, self.readership
        generation = readership.generation(self.reader.id)
        shown = self.pages.page(
            "preferences.html",
            wishes=wishes,
            wrong={name: self._fault(fault) for name, fault in (wrong or {}).items()},
            notice=notice and self.pages.said(notice),
            frequencies=[(value, self.pages.say(said)) for value, said in FREQUENCIES.items()],
            tags=desk.known_tags()[:SUGGESTED],
            languages=spoken(desk.language, *([wishes.language] if wishes.language else [])),
            look=None if wrong and "filter" in wrong else self._preview(wishes),
            kept=has_kept_address(self.reader),
            contact=readership.contact,
            reports=self.readership.links.reports(self.reader.id, generation),
            moving=f"{request.path}/address",
        )
        return html(shown, status)

    def _fault(self, fault: str) -> str:
        return self.pages.say(fault, day=desk_day(self.clerk)) if "{day}" in fault else fault

    def _preview(self, wishes: Wishes) -> Look:
        names = self.reading.names
        return self.reading.preview(parse(readable(wishes, names).filter, names=names))


def add_preferring(app: Flask, clerk: Clerk, readership: Readership) -> None:
    """Give the application the page of a reader's settings."""

    @app.get("/preferences/<token>")
    def preferences(token: str) -> Response:
        opened = open_settings(clerk, readership, token)
        wishes = wishes_of(readership.wish(opened.reader), clerk.desk.today())
        return opened.page(wishes, notice=DONE.get(request.args.get("done", "")))

    @app.post("/preferences/<token>")
    def prefer(token: str) -> Response:
        opened = open_settings(clerk, readership, token)
        fields = read_fields(request)
        wishes, today = read_wishes(fields), clerk.desk.today()
        if is_foreign(request, readership.links.public_url):
            return opened.page(wishes, notice=FOREIGN, status=403)
        wrong = faults(wishes, opened.reading.names, today, opened.pages.translate)
        act = fields.get("do", ["show"])[0]
        if act == "renew":
            renewed = readership.renew(opened.reader).rpartition("/")[2]
            return see_other(f"/preferences/{renewed}?done=renewed")
        if wrong:
            return opened.page(wishes, wrong=wrong, status=422)
        if act != "save":
            return opened.page(wishes)
        reader = opened.reader
        if values := chosen(wishes, readership.wish(reader), today):
            readership.choose(reader.address, values, source="page", id=reader.id)
        return see_other(f"{request.path}?done=saved")


def open_settings(clerk: Clerk, readership: Readership, token: str) -> Opened:
    """Return the settings that a link opens; ends the request where it opens none."""
    reader = readership.reader(Purpose.PREFERENCES, token) or abort(404)
    tongue = language(reader.language, clerk.desk.language)
    return Opened(
        readership,
        clerk,
        reader,
        ReaderPages(community=clerk.desk.name, language=tongue, form=readership.form_for(reader)),
        reading(readership.press, readership.links, reader, language=tongue, now=readership.now()),
    )


def has_kept_address(reader: Subscriber) -> bool:
    """Tell whether the managers keep somebody's address: on the roster or in the settings."""
    return bool(reader.person) or reader.coordinator


def desk_day(clerk: Clerk) -> str:
    """Return a day that would be right, as it is to be written."""
    today = clerk.desk.today()
    return today.replace(year=today.year + 1, day=1).isoformat()
