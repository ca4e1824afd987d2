"""Get the mail at an address: ask, confirm by the link that is sent there, and only then get it.

The answer is the same for every address and takes the same time: nothing is looked up for it, and
what was asked is written each time. Who it is, and whether they had a mail today, is looked at
only after the answer, when the mail is sent (faults 16, 85).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, Response, abort, request

from digests.filters import FilterError, Names, parse
from digests.subscribers import Subscriber, id_at
from forms.html_form import TOKEN_FIELD, TRAP_FIELD, Notice
from forms.rules import check_address, clean
from forms.wording import N_, language
from sheets_sync.choices import COLUMNS, CONFIRMED, FREQUENCY, PAUSED, Choice, ChoiceAct
from sheets_sync.links import Purpose
from sheets_sync.web.clerk import FOREIGN, STALE, Clerk, html
from sheets_sync.web.counting import Window
from sheets_sync.web.doorkeeping import HOUR, address_block
from sheets_sync.web.posting import is_foreign, new_ticket, read_fields, sign
from sheets_sync.web.preferring import has_kept_address, open_settings
from sheets_sync.web.reader_pages import ReaderPages, visitors_language
from sheets_sync.web.readership import Readership
from sheets_sync.web.reporting import see_other

VALID = timedelta(days=7)
PER_BLOCK, IN_ALL = 10, 200
"""Addresses asked for in an hour, from one place and from everywhere."""

SENT = Notice(
    N_("Look into your mailbox"),
    N_(
        "If this address can get mail from us, a mail with a link is on its way. Nothing changes "
        "until you open that link and press its button. There is at most one such mail a day."
    ),
)
ASK = Notice(
    N_("Get the mail at this address?"),
    N_("One mail a week or less, with what you chose: {filter}"),
)
DONE = Notice(N_("You get the mail now"), N_("The next one comes to this address."))
OLD = Notice(N_("This link is too old"), N_("Please ask for the mail once more."))
FLOODED = Notice(N_("Too much at once"), N_("Please try again in an hour."))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed."""

    address: str
    filter: str = ""


@dataclass(frozen=True, slots=True)
class Counter:
    """Where addresses are asked for."""

    clerk: Clerk
    readership: Readership
    window: Window

    def pages(self) -> ReaderPages:
        """Return the pages in the visitor's language."""
        desk = self.clerk.desk
        return ReaderPages(community=desk.name, language=self.tongue())

    def tongue(self) -> str:
        """Return the language to speak to whoever asks now."""
        return visitors_language(request.accept_languages, self.clerk.desk.language)

    def page(
        self,
        wanted: Wanted,
        *,
        wrong: Mapping[str, str] | None = None,
        notice: Notice | None = None,
        status: int = 200,
        moving: bool = False,
    ) -> Response:
        """Return the page that asks for an address."""
        pages, desk = self.pages(), self.clerk.desk
        shown = pages.page(
            "subscribe.html",
            wanted=wanted,
            wrong=wrong or {},
            notice=notice and pages.said(notice),
            token=sign(desk.links, new_ticket(desk.now().timestamp())),
            moving=moving,
        )
        return html(shown, status)

    def ask(self, reader: Subscriber | None = None) -> Response:
        """Take in an address; `reader` is whose mail moves there."""
        fields = {name: values[0] for name, values in read_fields(request).items()}
        wanted = Wanted(_line(fields.get("address", "")), _line(fields.get("filter", "")))
        moving = reader is not None
        if notice := self._refusal(fields):
            return self.page(wanted, notice=notice[0], status=notice[1], moving=moving)
        if wrong := self._faults(wanted):
            return self.page(wanted, wrong=wrong, status=422, moving=moving)
        if not fields.get(TRAP_FIELD):
            self._note(wanted, reader)
        return see_other(f"{request.path}?done=asked")

    def _refusal(self, fields: Mapping[str, str]) -> tuple[Notice, int] | None:
        at = self.readership.now().timestamp()
        block = address_block(request.remote_addr or "")
        if self.window.add(block, at=at) > PER_BLOCK or self.window.add("all", at=at) > IN_ALL:
            return FLOODED, 429
        if is_foreign(request, self.readership.links.public_url):
            return FOREIGN, 403
        if self.clerk.desk.links.read(Purpose.FORM, fields.get(TOKEN_FIELD, "")) is None:
            return STALE, 422
        return None

    def _faults(self, wanted: Wanted) -> dict[str, str]:
        found = {}
        if fault := check_address(wanted.address):
            said = fault.text(self.pages().translate)
            found["address"] = "; ".join(said)
        try:
            # Names mean nothing here: nobody is told who is on the roster.
            parse(wanted.filter, names=Names())
        except FilterError as error:
            found["filter"] = error.text(self.pages().translate)
        return found

    def _wish(self, wanted: Wanted) -> dict[str, str]:
        own = self.tongue() == language(self.clerk.desk.language)
        return {"filter": wanted.filter, **({} if own else {"language": self.tongue()})}

    def _note(self, wanted: Wanted, reader: Subscriber | None) -> None:
        readership = self.readership
        chosen = self._wish(wanted) if reader is None else _all_of(readership, reader)
        readership.choose(
            wanted.address,
            chosen,
            source=reader.id if reader else "subscribe page",
            act=ChoiceAct.ASK,
        )
        readership.knock()


def add_subscribing(app: Flask, clerk: Clerk, readership: Readership) -> None:
    """Give the application the pages that ask for an address and confirm it."""
    counter = Counter(clerk, readership, Window(seconds=HOUR))

    if readership.open:

        @app.get("/subscribe")
        def subscribe() -> Response:
            return _asked(counter) or counter.page(Wanted(""))

        @app.post("/subscribe")
        def subscribing() -> Response:
            return counter.ask()

    @app.get("/preferences/<token>/address")
    def move(token: str) -> Response:
        _outsider(clerk, readership, token)
        return _asked(counter) or counter.page(Wanted(""), moving=True)

    @app.post("/preferences/<token>/address")
    def moving(token: str) -> Response:
        return counter.ask(_outsider(clerk, readership, token))

    @app.get("/confirm/<token>")
    def confirmation(token: str) -> Response:
        _, choice = _waiting(readership, token)
        pages = counter.pages()
        if _is_old(readership, choice):
            return html(pages.notice(OLD), 410)
        text = pages.say(ASK.text, filter=choice.chosen.get("filter") or "everything")
        return html(
            pages.page(
                "ask.html",
                notice=Notice(pages.say(ASK.heading), text),
                button=pages.say(N_("Yes, send it to me")),
                grave=False,
                name="do",
                value="confirm",
            )
        )

    @app.post("/confirm/<token>")
    def confirm(token: str) -> Response:
        number, choice = _waiting(readership, token)
        pages = counter.pages()
        if _is_old(readership, choice):
            return html(pages.notice(OLD), 410)
        _confirmed(readership, number, choice)
        return html(pages.notice(DONE))


def _asked(counter: Counter) -> Response | None:
    return html(counter.pages().notice(SENT)) if request.args.get("done") == "asked" else None


def _outsider(clerk: Clerk, readership: Readership, token: str) -> Subscriber:
    reader = open_settings(clerk, readership, token).reader
    if has_kept_address(reader):
        abort(404)
    return reader


def _all_of(readership: Readership, reader: Subscriber) -> dict[str, str]:
    wish = readership.wish(reader)
    paused = wish.paused_until.isoformat() if wish.paused_until else ""
    # Who moves wants mail: an address that failed, or a stop, does not go with them.
    frequency = "monthly" if wish.frequency == "monthly" else "weekly"
    values = (wish.filter, frequency, paused, wish.language, wish.format)
    return dict(zip(COLUMNS, values, strict=True))


def _waiting(readership: Readership, token: str) -> tuple[int, Choice]:
    parts = readership.links.read(Purpose.CONFIRM, token)
    number = int(parts[0]) if parts and len(parts) == 1 and parts[0].isdigit() else 0
    choice = readership.press.choices.numbered(number)
    if choice is None or choice.act is not ChoiceAct.ASK:
        abort(404)
    return number, choice


def _is_old(readership: Readership, choice: Choice) -> bool:
    return readership.now() - choice.received > VALID


def _confirmed(readership: Readership, number: int, choice: Choice) -> None:
    """Have an address get the mail; where it moved there, the old one gets no more."""
    chosen = {FREQUENCY: "weekly", PAUSED: "", **choice.chosen}
    old = readership.subscriber(choice.source)
    id = id_at(readership.press.community(), choice.address)
    if old is not None and old.id != id:
        readership.press.choices.move_marks(old.id, id)
    # The key makes the link work once: opened again later, it does not undo leaving.
    new = readership.choose(
        choice.address, chosen, source=CONFIRMED, id=id, key=f"confirm {number}"
    )
    if new and old is not None and old.id != id:
        readership.choose(old.address, {FREQUENCY: "stop"}, source="moved", id=old.id)
        readership.choose(old.address, {}, source="moved", id=old.id, act=ChoiceAct.TELL)
        readership.knock()


def _line(typed: str) -> str:
    return " ".join(clean(typed).split())
