"""Wishes that wait for a confirmation -> one short mail to each address, and the thread that sends.

A page never waits for a mail server, and answers the same whoever's address it was given.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from threading import Event, Thread

from digests.filters import FilterError, Names, parse
from digests.lines import OneLine
from digests.message import Addressee, AddressError, build, wire_address
from digests.press import DigestError, Press
from digests.render import Mail
from digests.subscribers import Subscriber, outsider_id
from digests.transport import Broken, Letter, Refused, SendError, Unreachable
from digests.wanted import tags_of
from forms.wording import N_, language, translations
from sheets_sync.choices import Choice, ChoiceAct
from sheets_sync.mailing import open_press, transport
from sheets_sync.project import Project
from sheets_sync.state.choices import Choices
from sheets_sync.state.lock import hold
from sheets_sync.state.refusal import Taken

log = logging.getLogger("tidings.mail")
GIVE_UP = timedelta(days=1)
ONE_MAIL = timedelta(days=1)
"""Within it, one address is asked to confirm once, however often it was typed (fault 16)."""
EVERY = 60.0
"""Seconds after which what could not be sent is tried again."""

SUBJECT = N_("Please confirm: the mail of {community}")
ASKED = N_("Somebody, probably you, asked for the mail of {community} at this address.")
CONFIRM = N_("To get it, open this page and press the button:")
WANTED = N_("You would get: {filter}")
KNOWN = N_("This address gets the mail already. Here you choose what it brings:")
NOT_YOU = N_("If it was not you, do nothing. No further mail comes of this.")
MOVED = N_("The mail of {community} goes to another address now")
MOVED_TEXT = N_(
    "Somebody, probably you, had the mail of {community} moved from this address to another one, "
    "and confirmed it there. If it was not you, choose it again here:"
)


def send_confirmations(project: Project, *, now: datetime) -> int:
    """Send what waits; returns how many mails left. Another process that is at it is left alone."""
    choices = project.state.choices
    waiting = [*choices.unwritten(ChoiceAct.ASK), *choices.unwritten(ChoiceAct.TELL)]
    if not waiting:
        return 0
    try:
        with hold(project.state.engine, "confirming"):
            return _send_all(project, now)
    except Taken:
        return 0


def _send_all(project: Project, now: datetime) -> int:
    press, choices = open_press(project), project.state.choices
    carrier = OneLine(transport(project))
    sent = 0
    try:
        for act in (ChoiceAct.ASK, ChoiceAct.TELL):
            for number, choice in choices.unwritten(act):
                wanted = now - choice.received <= GIVE_UP and _is_mailed(choices, number, choice)
                if not wanted or _send(project, press, carrier, number, now):
                    choices.mark([number])
                    sent += wanted
    except Unreachable as error:
        log.warning("confirmations wait: %s", error)
    finally:
        carrier.close()
    return sent


def _is_mailed(choices: Choices, number: int, choice: Choice) -> bool:
    """Tell whether a wish is one that gets a mail: no other did within a day before."""
    if choice.act is not ChoiceAct.ASK:
        return True
    mailed: list[int] = []
    last = datetime.min.replace(tzinfo=UTC)
    for at, ask in choices.asks(choice.address):
        if ask.received - last >= ONE_MAIL:
            mailed.append(at)
            last = ask.received
    return number in mailed


def _send(project: Project, press: Press, carrier: OneLine, number: int, now: datetime) -> bool:
    """Send one mail; returns whether it is done with. Raises Unreachable."""
    choice = press.choices.numbered(number)
    if choice is None:
        return True
    try:
        letter = _letter(project, press, number, choice, now)
        carrier.send(letter)
    except (Broken, Refused) as error:
        return isinstance(error, Refused) and error.permanent
    except Unreachable:
        raise
    except (SendError, AddressError) as error:  # it may have arrived, or never will
        log.warning("a confirmation was given up: %s", type(error).__name__)
    return True


def _letter(project: Project, press: Press, number: int, choice: Choice, now: datetime) -> Letter:
    mail = _mail(project, press, number, choice, now)
    name = f"confirmation-{number}"
    to = Addressee(name, outsider_id(choice.address), choice.address, "", "")
    message = build(mail, to, press.letterhead, at=now)
    return Letter(name, press.letterhead.envelope, wire_address(choice.address), message)


def _mail(project: Project, press: Press, number: int, choice: Choice, now: datetime) -> Mail:
    community = project.settings.community
    words = translations(language(choice.chosen.get("language", ""), community.language))
    known = _known(press, choice.address, now)
    if choice.act is ChoiceAct.TELL:
        subject, lines = MOVED, [_said(words, MOVED_TEXT, community=community.name)]
        lines += [_settings(project, known)] if known else []
    else:
        subject = SUBJECT
        lines = [
            _said(words, ASKED, community=community.name),
            f"{_said(words, CONFIRM)}\n{project.links.confirm(number)}",
        ]
        typed = choice.chosen.get("filter", "")
        if _is_made_of_tags(typed, press):
            lines.append(_said(words, WANTED, filter=typed or "everything"))
        if known and known.frequency != "stop":
            lines.append(f"{_said(words, KNOWN)}\n{_settings(project, known)}")
        lines.append(_said(words, NOT_YOU))
    return Mail(_said(words, subject, community=community.name), "\n\n".join(lines) + "\n", "", ())


def _is_made_of_tags(typed: str, press: Press) -> bool:
    """Tell whether a filter holds no words but tags that people here use.

    Whoever typed it may not be who gets the mail, and could write to them in it.
    """
    try:
        known = {tag.key for tag in press.community().tags}
        return tags_of(parse(typed, names=Names())) <= known
    except (DigestError, FilterError):
        return False


def _known(press: Press, address: str, now: datetime) -> Subscriber | None:
    try:
        readers = press.subscribers(now)
    except DigestError:
        return None
    folded = address.casefold()
    return next((one for one in readers if one.address.casefold() == folded), None)


def _settings(project: Project, reader: Subscriber) -> str:
    generation = project.state.choices.generations().get(reader.id, 0)
    return project.links.preferences(reader.id, generation)


def _said(words: NullTranslations, phrase: str, **values: str) -> str:
    return words.gettext(phrase).format(**values)


@contextmanager
def postman(project: Project, now: Callable[[], datetime]) -> Iterator[Callable[[], None]]:
    """Send confirmations in a thread of its own; yields what wakes it."""
    knocked, ended = Event(), Event()

    def walk() -> None:
        while not ended.is_set():
            knocked.wait(EVERY)
            knocked.clear()
            try:
                send_confirmations(project, now=now())
            except Exception as error:  # noqa: BLE001 - the next round tries again
                log.error("confirmations wait: %s", type(error).__name__)

    thread = Thread(target=walk, daemon=True)
    thread.start()
    try:
        yield knocked.set
    finally:
        ended.set()
        knocked.set()
        thread.join(timeout=10)
