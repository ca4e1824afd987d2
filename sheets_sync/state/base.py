"""The base: what was last agreed with the spreadsheet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, bindparam, delete, func, select

from sheets_sync.community import Community, Report, Status
from sheets_sync.state.database import reading, writing
from sheets_sync.state.kind import kind_of
from sheets_sync.state.refusal import StateError
from sheets_sync.state.schema import choices, kept, people, reports, submissions

REPORT: TypeAdapter[Report] = TypeAdapter(Report)
COMMUNITY: TypeAdapter[Community] = TypeAdapter(Community)
USABLE = (Status.OK, Status.CHECK)

LAST_SYNC = "last sync"
HIGHEST = "highest accepted"
"""Name of the single value that keeps the highest number of reports that were erased."""

VALUES = select(kept)
PEOPLE = select(people)
FIELDS = select(reports.c.fields).where(reports.c.id == bindparam("id"))
VALUE = select(kept.c.value).where(kept.c.name == bindparam("name"))
MOMENT = select(
    select(kept.c.value).where(kept.c.name == LAST_SYNC).scalar_subquery(),
    select(func.max(submissions.c.number)).scalar_subquery(),
    select(func.max(choices.c.number)).scalar_subquery(),
    # On PostgreSQL a number may be committed after a higher one.
    select(func.count()).where(submissions.c.written.is_(False)).scalar_subquery(),
    select(func.count()).where(choices.c.written.is_(False)).scalar_subquery(),
)


class Known(NamedTuple):
    """A report as the state has it; `fields` and `memory` are JSON."""

    id: str
    tab: str
    fields: str
    content: str
    status: str
    accepted: int | None
    accepted_at: str | None
    missing_since: str | None
    written_at: int
    memory: str


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """A person as last seen, with the internal id."""

    id: str
    email: str
    username: str
    name: str


class Base:
    """Reports, people and single values as last seen."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def known(self) -> dict[str, Known]:
        """Return every report ever seen, by id."""
        with reading(self._engine) as db:
            rows = db.execute(select(*(reports.c[name] for name in Known._fields))).all()
        return {row[0]: Known._make(row) for row in rows}

    def ids(self) -> frozenset[str]:
        """Return the ids of all reports ever seen."""
        with reading(self._engine) as db:
            return frozenset(db.execute(select(reports.c.id)).scalars())

    def acquaintances(self) -> list[Acquaintance]:
        """Return everybody who was ever on the roster."""
        with reading(self._engine) as db:
            return [Acquaintance(*row) for row in db.execute(PEOPLE)]

    def get(self, name: str, default: str = "") -> str:
        """Return a single value."""
        with reading(self._engine) as db:
            found = db.execute(VALUE, {"name": name}).scalar()
        return default if found is None else str(found)

    def values(self) -> dict[str, str]:
        """Return all single values."""
        with reading(self._engine) as db:
            return {name: value for name, value in db.execute(VALUES)}

    def put(self, name: str, value: str) -> None:
        """Keep a single value, in a transaction of its own."""
        with writing(self._engine) as db:
            put(db, name, value)

    def moment(self) -> str:
        """Return what is another word after each sync and after each thing that people send."""
        with reading(self._engine) as db:
            return moment_of(db)

    def not_taken_back(self) -> frozenset[str]:
        """Return the ids of all reports that nobody hid or withdrew."""
        taken_back = (Status.HIDDEN, Status.WITHDRAWN)
        query = select(reports.c.id).where(reports.c.status.not_in(taken_back))
        with reading(self._engine) as db:
            return frozenset(db.execute(query).scalars())

    def community(self) -> Community | None:
        """Return the community as of the last good sync; None before the first."""
        found = self.get("community")
        return COMMUNITY.validate_json(found) if found else None

    def report(self, id: str) -> Report | None:
        """Return one report as last seen, whatever its status."""
        with reading(self._engine) as db:
            found = db.execute(FIELDS, {"id": id}).scalar()
        return REPORT.validate_json(found) if found else None

    def accepted_above(self, number: int) -> list[Report]:
        """Return the usable reports accepted after `number`, in the order of acceptance."""
        wanted = reports.c.accepted > number
        return self._present(wanted, USABLE)

    def accepted_at(self, number: int) -> dict[str, datetime]:
        """Return when (UTC) each report accepted after `number` was accepted, by id."""
        query = select(reports.c.id, reports.c.accepted_at).where(
            reports.c.accepted > number, reports.c.accepted_at.is_not(None)
        )
        with reading(self._engine) as db:
            return {id: datetime.fromisoformat(at) for id, at in db.execute(query)}

    def accepted_before(self, moment: datetime) -> int:
        """Return the highest number that was given up to a moment; 0 when there is none."""
        query = select(func.max(reports.c.accepted)).where(
            reports.c.accepted_at <= moment.astimezone(UTC).isoformat()
        )
        with reading(self._engine) as db:
            return db.execute(query).scalar() or 0

    def unmatched(self) -> list[Report]:
        """Return the reports whose writer is not known."""
        return self._present(True, (Status.UNMATCHED,))

    def held(self) -> list[Report]:
        """Return the reports that wait for a manager."""
        return self._present(True, (Status.HELD,))

    def not_withdrawn(self) -> list[Report]:
        """Return every report that has a row and was not withdrawn, whatever else became of it."""
        return self._present(True, [status for status in Status if status != Status.WITHDRAWN])

    def highest_accepted(self) -> int:
        """Return the highest number given to a report; 0 when there is none."""
        with reading(self._engine) as db:
            return highest_accepted(db)

    def _present(self, condition: Any, statuses: Iterable[Status]) -> list[Report]:
        query = (
            select(reports.c.fields)
            .where(condition, reports.c.status.in_(list(statuses)))
            .where(reports.c.missing_since.is_(None))
            .order_by(reports.c.accepted, reports.c.id)
        )
        with reading(self._engine) as db:
            return [REPORT.validate_json(fields) for fields in db.execute(query).scalars()]


def moment_of(db: Connection) -> str:
    """Return, within the caller's transaction, what `Base.moment` does."""
    return "/".join(map(str, db.execute(MOMENT).one()))


def highest_accepted(db: Connection) -> int:
    """Return the highest number given to a report, also to one that was erased since."""
    erased = db.execute(select(kept.c.value).where(kept.c.name == HIGHEST)).scalar()
    there = db.execute(select(func.max(reports.c.accepted))).scalar()
    return max(int(erased or 0), there or 0)


def put(db: Connection, name: str, value: str) -> None:
    """Keep a single value within the caller's transaction."""
    put_all(db, {name: value})


def put_all(db: Connection, values: Mapping[str, str]) -> None:
    """Keep single values within the caller's transaction."""
    if not values:
        return
    row = kind_of(db).upsert(kept)
    db.execute(
        row.on_conflict_do_update(index_elements=["name"], set_={"value": row.excluded.value}),
        [{"name": name, "value": value} for name, value in values.items()],
    )


def record_reports(db: Connection, changed: Sequence[Known]) -> None:
    """Insert or replace reports within the caller's transaction."""
    if not changed:
        return
    row = kind_of(db).upsert(reports)
    values = {name: row.excluded[name] for name in Known._fields if name != "id"}
    statement = row.on_conflict_do_update(index_elements=["id"], set_=values)
    # By the driver itself, which takes half the time.
    compiled = statement.compile(dialect=db.dialect)
    rows = changed if compiled.positional else [one._asdict() for one in changed]
    db.exec_driver_sql(compiled.string, list(rows))


def record_people(db: Connection, present: Mapping[str, Acquaintance]) -> None:
    """Replace everybody's last seen attributes within the caller's transaction."""
    if not present:
        return
    row = kind_of(db).upsert(people)
    values = {name: row.excluded[name] for name in ("email", "username", "name")}
    db.execute(
        row.on_conflict_do_update(index_elements=["id"], set_=values),
        [
            {"id": one.id, "email": one.email, "username": one.username, "name": one.name}
            for one in present.values()
        ],
    )


def refuse_overtaken(db: Connection, seen: Mapping[str, str]) -> None:
    """Refuse, within the caller's transaction, when a sync was recorded since these values were.

    That one could begin only where the right to sync was lost: with its connection, or its disk.
    """
    last = db.execute(VALUE, {"name": LAST_SYNC}).scalar()
    if last != seen.get(LAST_SYNC):
        raise StateError(
            "another sync has been recorded while this one was at work, since its connection to "
            "the database broke. Nothing more was changed; run it again"
        )


def forget(db: Connection, name: str) -> None:
    """Drop a single value within the caller's transaction."""
    db.execute(delete(kept).where(kept.c.name == name))
