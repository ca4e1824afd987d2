"""What the public archive remembers: the addresses that people's pages ever had."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, insert, select

from sheets_sync.state.database import reading, writing
from sheets_sync.state.delivery import TAKEN_OVER
from sheets_sync.state.schema import addresses, issues


@dataclass(frozen=True, slots=True)
class Released:
    """An issue that readers got, and the highest accepted number that it considered."""

    name: str
    up_to: int


class Publishing:
    """The state's part of the archive."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def addresses(self) -> dict[str, str]:
        """Return every address that a page ever had, with the internal id of whose it is."""
        with reading(self._engine) as db:
            return {address: person for address, person in db.execute(select(addresses))}

    def remember_addresses(self, new: Mapping[str, str]) -> None:
        """Keep addresses that were given, for good."""
        if new:
            rows = [{"address": address, "person": person} for address, person in new.items()]
            with writing(self._engine) as db:
                db.execute(insert(addresses), rows)

    def released(self, now: datetime) -> list[Released]:
        """Return the issues that no review and no coordinator holds back, the first one first."""
        query = (
            select(issues.c.name, issues.c.up_to, issues.c.decision, issues.c.send_after)
            .where(issues.c.decision != "hold", issues.c.period != TAKEN_OVER)
            .order_by(issues.c.up_to, issues.c.name)
        )
        with reading(self._engine) as db:
            return [
                Released(name, up_to)
                for name, up_to, decision, send_after in db.execute(query)
                if decision == "send" or not send_after or datetime.fromisoformat(send_after) <= now
            ]
