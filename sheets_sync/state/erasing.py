"""Somebody's traces -> the state without them, down to its free pages.

What many had in common stays: how many mails an issue had, that a number was given. Whose it was
does not.
"""

import json
import secrets
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)

from sheets_sync.clearing import about_without, is_writer
from sheets_sync.erased import Erased
from sheets_sync.memory import MEMORY
from sheets_sync.state.base import COMMUNITY, HIGHEST, REPORT, forget, highest_accepted, put
from sheets_sync.state.database import reading, writing
from sheets_sync.state.delivery import DeliveryState
from sheets_sync.state.kind import kind_of
from sheets_sync.state.schema import (
    addresses,
    choices,
    deliveries,
    erased,
    had,
    kept,
    letters,
    marks,
    people,
    renewals,
    reports,
    submissions,
)
from sheets_sync.state.scrubbing import (
    is_in_mail,
    scrubbed_community,
    scrubbed_memory,
    scrubbed_report,
    scrubbed_value,
)
from sheets_sync.traces import Traces

UNFINISHED = "erasing"
"""Name of the single value that tells that free pages may still hold something."""
WAITING = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DEFERRED)
MAY_LEAVE = (*WAITING, DeliveryState.DOT)
LOST = "erased"
"""Stands for a report that is there no more: a mail that held it is made anew before it leaves."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The names of the questions that say who reports, and whom it concerned."""

    reporter: str = "reporter"
    email: str = ""
    about: str = "about"


@dataclass(frozen=True, slots=True)
class Found:
    """How much the state holds of somebody."""

    reports: frozenset[str]
    """Ids of theirs."""
    submissions: int
    deliveries: int
    choices: int


class Erasing:
    """Looks for somebody in the state, and takes them out."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def prints(self) -> dict[str, datetime]:
        """Return the keyed prints of whatever was erased, each with its moment."""
        with reading(self._engine) as db:
            rows = db.execute(select(erased.c.print, erased.c.at))
            return {one: datetime.fromisoformat(at) for one, at in rows}

    def record(self, prints: Iterable[str], now: datetime) -> None:
        """Keep prints, before anything goes."""
        rows = [{"print": one, "at": now.isoformat()} for one in prints]
        with writing(self._engine) as db:
            if rows:
                db.execute(kind_of(db).upsert(erased).on_conflict_do_nothing(), rows)

    def readmit(self, prints: Collection[str]) -> int:
        """Drop prints: whose they are may come back. Returns how many there were."""
        with writing(self._engine) as db:
            return db.execute(delete(erased).where(erased.c.print.in_(prints))).rowcount

    def addresses(self, ids: Collection[str]) -> frozenset[str]:
        """Return the addresses to which subscribers with these ids were written."""
        with reading(self._engine) as db:
            mailed = select(deliveries.c.address).where(deliveries.c.subscriber.in_(ids))
            chose = select(choices.c.address).where(choices.c.subscriber.in_(ids))
            found = {*db.execute(mailed).scalars(), *db.execute(chose).scalars()}
        return frozenset(found - {""})

    def find(self, traces: Traces, asked: Asked) -> Found:
        """Return how much there is of somebody."""
        with reading(self._engine) as db:
            theirs = _their_reports(db, traces, asked)
            return Found(
                reports=theirs,
                submissions=_count(db, submissions, submissions.c.report.in_(theirs)),
                deliveries=_count(db, deliveries, deliveries.c.subscriber.in_(traces.ids)),
                choices=_count(db, choices, _chose(traces)),
            )

    def erase(self, traces: Traces, theirs: Collection[str], asked: Asked) -> None:
        """Take somebody out, in one transaction; `theirs` are the ids of their reports."""
        with writing(self._engine) as db:
            put(db, UNFINISHED, "yes")
            # A number that was given must never be given again: readers had all up to theirs.
            put(db, HIGHEST, str(highest_accepted(db)))
            _erase_reports(db, traces, theirs)
            _erase_answers(db, traces, asked)
            _erase_reader(db, traces)
            _erase_from_wishes(db, traces)
            _erase_values(db, traces)
            _erase_letters(db, traces, frozenset(theirs))
            db.execute(delete(people).where(people.c.id.in_(traces.ids)))
            db.execute(delete(addresses).where(addresses.c.person.in_(traces.ids)))

    def is_unfinished(self) -> bool:
        """Tell whether an erasure was cut short before the free pages were written anew."""
        with reading(self._engine) as db:
            return bool(db.execute(select(kept).where(kept.c.name == UNFINISHED)).first())

    def leave_no_trace(self) -> None:
        """Write the database anew, without what was deleted in it. Raises StateError."""
        kind_of(self._engine).leave_no_trace(self._engine)
        with writing(self._engine) as db:
            forget(db, UNFINISHED)


def drop_erased(db: Connection, gone: Erased) -> None:
    """Delete, within the caller's transaction, what waits about reports that were erased."""
    if gone:
        waiting = select(submissions.c.report).where(submissions.c.written.is_(False))
        back = [report for report in db.execute(waiting).scalars() if gone.any(report)]
        db.execute(delete(submissions).where(submissions.c.report.in_(back)))


def _count(db: Connection, table: Table, condition: ColumnElement[bool]) -> int:
    return db.execute(select(func.count()).select_from(table).where(condition)).scalar() or 0


def _chose(traces: Traces) -> ColumnElement[bool]:
    folded = [one.casefold() for one in traces.addresses]
    return or_(choices.c.subscriber.in_(traces.ids), choices.c.folded.in_(folded))


def _their_reports(db: Connection, traces: Traces, asked: Asked) -> frozenset[str]:
    """Return the ids of the reports that they wrote, in the sheet or still on their way."""
    found = set()
    for id, fields in db.execute(select(reports.c.id, reports.c.fields)):
        report = REPORT.validate_json(fields)
        if report.person in traces.ids or is_writer(traces, report.reporter, ""):
            found.add(id)
    for id, person, answers in db.execute(
        select(submissions.c.report, submissions.c.person, submissions.c.answers)
    ):
        said: dict[str, str] = json.loads(answers)
        who, email = said.get(asked.reporter, ""), said.get(asked.email, "")
        if person in traces.ids or is_writer(traces, who, email):
            found.add(id)
    return frozenset(found)


def _erase_reports(db: Connection, traces: Traces, theirs: Collection[str]) -> None:
    """Delete their reports, and take them out of those of others."""
    for table, column in (
        (reports, reports.c.id),
        (submissions, submissions.c.report),
        (had, had.c.report),
    ):
        for some in _parts(theirs):
            db.execute(delete(table).where(column.in_(some)))
    for row in db.execute(select(reports.c.id, reports.c.fields, reports.c.memory)).all():
        report, memory = REPORT.validate_json(row.fields), MEMORY.validate_json(row.memory)
        new, kept_of = scrubbed_report(report, traces), scrubbed_memory(memory, traces)
        if (new, kept_of) != (report, memory):
            values = {
                "fields": REPORT.dump_json(new).decode(),
                "memory": MEMORY.dump_json(kept_of).decode(),
            }
            db.execute(update(reports).where(reports.c.id == row.id).values(values))


def _erase_answers(db: Connection, traces: Traces, asked: Asked) -> None:
    query = select(submissions.c.number, submissions.c.answers)
    for number, before in db.execute(query).all():
        answers: dict[str, str] = json.loads(before)
        cleaned = {
            name: about_without(traces, said) if name == asked.about else traces.without(said)
            for name, said in answers.items()
        }
        if cleaned != answers:
            text = json.dumps(cleaned, ensure_ascii=False, sort_keys=True)
            here = submissions.c.number == number
            db.execute(update(submissions).where(here).values(answers=text))


def _parts(ids: Collection[str]) -> Iterator[list[str]]:
    everything = sorted(ids)
    for start in range(0, len(everything), 500):
        yield everything[start : start + 500]


def _erase_reader(db: Connection, traces: Traces) -> None:
    """Leave of their deliveries and choices that there was one, and no more."""
    theirs = deliveries.c.subscriber.in_(traces.ids)
    db.execute(delete(letters).where(letters.c.subscriber.in_(traces.ids)))
    for table in (marks, had):
        db.execute(delete(table).where(table.c.subscriber.in_(traces.ids)))
    db.execute(delete(renewals).where(renewals.c.person.in_(traces.ids)))
    nobody = f"erased-{secrets.token_hex(6)}"
    unnamed = update(deliveries).values(
        subscriber=nobody, address="", message_id="", answer="", reports="[]"
    )
    waiting = and_(theirs, deliveries.c.state.in_(WAITING))
    db.execute(update(deliveries).where(waiting).values(state=DeliveryState.DROPPED))
    db.execute(unnamed.where(theirs))
    # The number stays taken: a link that was signed for it must never mean another one's wish.
    for number in db.execute(select(choices.c.number).where(_chose(traces))).scalars().all():
        db.execute(
            update(choices)
            .where(choices.c.number == number)
            .values(
                key=f"erased {number}",
                act="revoke",
                subscriber="",
                address="",
                folded="",
                chosen="{}",
                written=True,
            )
        )


def _erase_from_wishes(db: Connection, traces: Traces) -> None:
    """Take them out of the filters of others."""
    for number, chosen in db.execute(select(choices.c.number, choices.c.chosen)).all():
        wishes: dict[str, str] = json.loads(chosen)
        cleaned = {column: traces.without(wish) for column, wish in wishes.items()}
        if cleaned != wishes:
            text = json.dumps(cleaned, ensure_ascii=False, sort_keys=True)
            here = choices.c.number == number
            db.execute(update(choices).where(here).values(chosen=text))


def _erase_values(db: Connection, traces: Traces) -> None:
    for name, value in db.execute(select(kept)).all():
        if name == "community":
            community = scrubbed_community(COMMUNITY.validate_json(value), traces)
            new = COMMUNITY.dump_json(community).decode()
        else:
            # "quiet" tells that there is nothing to decide; now there is.
            new = "" if name == "quiet" else scrubbed_value(name, value, traces)
        if new != value:
            put(db, name, new)


def _erase_letters(db: Connection, traces: Traces, theirs: frozenset[str]) -> None:
    """Empty the mails to others that hold something of them."""
    for row in db.execute(select(deliveries)).all():
        ids: list[str] = json.loads(row.reports)
        letter = and_(letters.c.issue == row.issue, letters.c.subscriber == row.subscriber)
        # One by one: all of them would fill the memory.
        message = db.execute(select(letters.c.message).where(letter)).scalar() or b""
        if theirs.isdisjoint(ids) and not is_in_mail(message, traces):
            continue
        db.execute(update(letters).where(letter).values(message=b""))
        left = [id for id in ids if id not in theirs and id != LOST]
        if row.state in MAY_LEAVE:
            left.append(LOST)
        number = deliveries.c.number == row.number
        db.execute(update(deliveries).where(number).values(reports=json.dumps(left)))
