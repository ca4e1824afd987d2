"""The state and a due moment -> an issue, frozen; or only a look at what it would be.

    gather -> select -> render -> freeze

Delivering is `digests.delivery`; both run within `Outbox.sender()`.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digests.due import Due, period
from digests.edition import Edition, Past, Selection, Stock
from digests.lines import OneLine
from digests.message import Addressee, AddressError, build, wire_address
from digests.press import DigestError, Press, addressee, stock_of
from digests.render import Renderer
from digests.selection import select_all
from digests.subscribers import Subscriber
from digests.transport import Letter, Transport
from sheets_sync.roster import Roster
from sheets_sync.state.delivery import TAKEN_OVER, Delivery, DeliveryState, Issue, Mark

WEEK = timedelta(days=7)
NEWCOMERS_REACH = timedelta(days=32)
"""Longer than what a new monthly reader gets."""
ISSUE = re.compile(r"\d{4}-W\d\d")


@dataclass(frozen=True, slots=True)
class PlannedMail:
    """One line of the plan: who would get how many reports."""

    subscriber: Subscriber
    reports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """What freezing came to."""

    issue: Issue
    recipients: int
    new: bool
    """False when another run had made it before."""
    unusable: tuple[str, ...] = ()
    """Addresses that no mail can be sent to, and why."""


def plan(press: Press, due: Due, *, now: datetime) -> Sequence[PlannedMail]:
    """Return who would get what; changes nothing."""
    _, selection = _selected(press, due.name, now)
    return [PlannedMail(one.subscriber, one.reports) for one in selection.editions]


def make(press: Press, due: Due, *, now: datetime) -> Made:
    """Freeze the due issue, also an empty one (fault 59)."""
    stock, selection = _selected(press, due.name, now)
    renderer = press.renderer(stock)
    frozen = [_delivery(press, renderer, edition, now) for edition in selection.editions]
    reports = {report for delivery in frozen for report in delivery.reports}
    before = press.outbox.latest()
    first = (one for one in selection.editions if one.content.asked_since == stock.today)
    press.renewals.record((one.subscriber.person for one in first), stock.today)
    issue = Issue(
        name=due.name,
        frozen_at=now,
        period=period(before.frozen_at if before else now - WEEK, now, press.zone),
        up_to=stock.up_to,
        reports=len(reports),
        send_after=stock.send_after,
    )
    new = press.outbox.freeze(issue, frozen, considered=_considered(press, stock, selection))
    unusable = tuple(one.answer for one in frozen if one.state == DeliveryState.FAILED)
    return Made(issue, len(frozen), new, unusable)


def preview(press: Press, wanted: str, due: Due | None, *, now: datetime) -> bytes:
    """Return the very bytes that would be frozen for somebody, or were when nothing is due.

    `wanted` is an address, username, name or id; empty: whoever comes first (fault 60).
    """
    if due is not None:
        stock, edition = _edition_for(press, wanted, due, now)
        mail = press.renderer(stock).render(edition)
        return build(mail, addressee(press, edition), press.letterhead, at=now)
    latest = press.outbox.latest()
    if latest is None:
        raise DigestError("No issue was made yet and none is due; add --early to see the next one")
    for subscriber in _meant(press, wanted, now):
        if found := press.outbox.find(latest.name, subscriber.id):
            return found.message
    raise DigestError(
        f"Issue {latest.name} holds nothing for {wanted or 'anybody'}; add --early to see the next"
    )


def reader(press: Press, wanted: str, *, now: datetime) -> Subscriber:
    """Return whom an address, a username, a name or an id means; raises DigestError."""
    return _meant(press, wanted, now)[0]


def send_test_copy(
    press: Press, transport: Transport, wanted: str, address: str, due: Due, *, now: datetime
) -> str:
    """Send what somebody would get to `address` instead; counts for nothing."""
    stock, edition = _edition_for(press, wanted, due, now)
    # A copy for somebody else decides nothing.
    mail = press.renderer(replace(stock, send_after=None)).render(edition)
    test = Addressee(due.name, f"test-{edition.subscriber.id}", address)
    try:
        message = build(mail, test, press.letterhead, at=now)
    except AddressError as error:
        raise DigestError(f"{error}; give another one with --to") from error
    letter = Letter(f"test-{due.name}", press.letterhead.bounces_to, wire_address(address), message)
    line = OneLine(transport)
    try:
        return line.send(letter)
    finally:
        line.close()


def fence_fault(in_sheet: Collection[str], made: Collection[str]) -> str | None:
    """Return why the state must not send: the spreadsheet knows a newer issue (fault 75)."""
    newest = max((name for name in in_sheet if ISSUE.fullmatch(name)), default="")
    if newest <= max(made, default=""):
        return None
    known = max(made, default="none")
    return (
        f"The Digests tab holds issue {newest}, but the newest in the state is {known}: the state "
        "is older than the spreadsheet, and would send again what people had. Nothing was made or "
        "sent. Either bring back the newer state from a backup, or, if there is none, go on from "
        "here with: tidings digest --accept-old-state (what was accepted so far then counts as "
        "had by everyone)"
    )


def accept_old_state(press: Press, in_sheet: Collection[str], *, now: datetime) -> None:
    """Go on with a state that is older than the spreadsheet: all so far counts as had."""
    up_to = press.base.highest_accepted()
    considered = {one.id: Mark(up_to) for one in press.subscribers(now)}
    for name in sorted(in_sheet):
        if ISSUE.fullmatch(name):
            adopted = Issue(name, now, TAKEN_OVER, up_to, 0)
            press.outbox.freeze(adopted, [], considered=considered)


def _selected(press: Press, name: str, now: datetime) -> tuple[Stock, Selection]:
    readers = press.subscribers(now)
    marks = press.outbox.marks()
    floors = [marks[one.id].considered for one in readers if one.id in marks]
    if len(floors) < len(readers):
        floors.append(press.base.accepted_before(now - NEWCOMERS_REACH))
    floor = min(floors, default=0)
    stock = stock_of(press, name, press.base.accepted_above(floor), now, floor=floor)
    past = Past(
        marks={who: mark.considered for who, mark in marks.items()},
        had=press.outbox.had(arrival.report.id for arrival in stock.arrivals),
        parts={who: mark.part for who, mark in marks.items()},
    )
    selection = select_all(stock, readers, past, press.rules)
    return replace(stock, send_after=_send_after(press, selection, now)), selection


def _send_after(press: Press, selection: Selection, now: datetime) -> datetime | None:
    """Return until when coordinators see it first; None where none of them gets it."""
    reviewed = any(edition.subscriber.coordinator for edition in selection.editions)
    if not (press.review_hours and reviewed):
        return None
    return press.today(now + timedelta(hours=press.review_hours))


def _considered(press: Press, stock: Stock, selection: Selection) -> dict[str, Mark]:
    before = press.outbox.marks()
    parts = {edition.subscriber.id: edition.part for edition in selection.editions}
    return {
        who: Mark(stock.up_to, parts.get(who, before[who].part if who in before else ""))
        for who in selection.considered
    }


def _delivery(press: Press, renderer: Renderer, edition: Edition, now: datetime) -> Delivery:
    """Return the mail as it is frozen; an address that cannot be used fails alone (fault 71)."""
    subscriber, mail = edition.subscriber, renderer.render(edition)
    state, answer, address, message = DeliveryState.QUEUED, "", subscriber.address, b""
    try:
        address = wire_address(subscriber.address)
        message = build(mail, addressee(press, edition), press.letterhead, at=now)
    except AddressError as error:
        state, answer = DeliveryState.FAILED, str(error)
    return Delivery(
        issue=edition.issue,
        subscriber=subscriber.id,
        address=address,
        message_id=press.letterhead.message_id(edition.issue, subscriber.id),
        message=message,
        reports=mail.reports,
        first=subscriber.coordinator,
        state=state,
        answer=answer,
    )


def _edition_for(press: Press, wanted: str, due: Due, now: datetime) -> tuple[Stock, Edition]:
    stock, selection = _selected(press, due.name, now)
    meant = {one.id for one in _meant(press, wanted, now)}
    for edition in selection.editions:
        if edition.subscriber.id in meant:
            return stock, edition
    raise DigestError(
        f"Issue {due.name} would hold nothing for {wanted or 'anybody'} yet; it fills with reports "
        "that they have not had and that match their tags: report something, sync, and try again"
    )


def _meant(press: Press, wanted: str, now: datetime) -> Sequence[Subscriber]:
    """Return whom something means, everybody for nothing; raises DigestError where it is unclear.

    It may be an address, or what names somebody on the roster: a username, a name, an id.
    """
    readers = press.subscribers(now)
    if not wanted:
        return readers
    folded = wanted.strip().casefold()
    named = Roster(press.community().people).find(wanted)
    person = named.person.id if named.person else ""
    found = [
        one
        for one in readers
        if folded in (one.id.casefold(), one.address.casefold())
        or (person and one.person == person)
    ]
    if len(found) != 1:
        who = "more than one person" if found or named.candidates else "nobody"
        raise DigestError(
            f"{wanted!r} is {who} who gets the digest; give the username of somebody on the People "
            "tab, or an e-mail address that stands there or in Subscriptions"
        )
    return found
