"""When each person was asked whether they are still in."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import Engine, insert, select

from sheets_sync.state.database import reading, writing
from sheets_sync.state.schema import renewals


class Renewals:
    """The days on which people were first asked, one for each time that it was due."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def asked(self) -> dict[str, tuple[date, ...]]:
        """Return the days for each internal id of a person, oldest first."""
        found: dict[str, list[date]] = defaultdict(list)
        rows = select(renewals.c.person, renewals.c.asked).order_by(renewals.c.asked)
        with reading(self._engine) as db:
            for person, day in db.execute(rows):
                found[person].append(date.fromisoformat(day))
        return {person: tuple(days) for person, days in found.items()}

    def record(self, people: Iterable[str], day: date) -> None:
        """Note that these are asked on a day; who is asked once more that day, is so once."""
        with writing(self._engine) as db:
            known = set(
                db.execute(select(renewals.c.person).where(renewals.c.asked == day.isoformat()))
                .scalars()
                .all()
            )
            rows = [{"person": person, "asked": day.isoformat()} for person in {*people} - known]
            if rows:
                db.execute(insert(renewals), rows)
