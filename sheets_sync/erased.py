"""Keyed prints of whom was erased -> what must not come back, and tables without it.

Pure. Without the project's secret a print tells nothing, not even to who has the address.
"""

import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from forms.rules import Fault, split_name_and_address
from forms.wording import N_
from sheets_sync.community import Problem
from sheets_sync.gather import Gathered
from sheets_sync.headers import Table, plain
from sheets_sync.layout import PEOPLE, SUBSCRIPTIONS
from sheets_sync.linked import arrived
from sheets_sync.spreadsheet import Cell

BACK = Fault(
    N_("this was erased at a person's wish, and has come back; it is not used"),
    N_("delete the row; if the person wishes to be here again: tidings erase PERSON --readmit"),
)


def print_of(secret: str, word: str) -> str:
    """Return the keyed print of an id, an address or a name, as it is compared."""
    key = f"tidings: erased {secret}".encode()
    return hmac.digest(key, plain(word).encode("utf-8", "replace"), "sha256").hex()[:40]


@dataclass(frozen=True, slots=True)
class Erased:
    """Everybody who was erased: prints, each with the moment."""

    secret: str = ""
    prints: Mapping[str, datetime] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.prints)

    def since(self, word: str) -> datetime | None:
        """Return when an id, address, username or name was erased; None when it was not."""
        if not self.prints or not word:
            return None
        return self.prints.get(print_of(self.secret, word))

    def any(self, *words: str) -> bool:
        """Tell whether one of these was erased."""
        return any(self.since(word) is not None for word in _with_addresses(words))

    def before(self, moment: datetime, *words: str) -> bool:
        """Tell whether one of these was erased after a moment: what came later is new."""
        found = map(self.since, _with_addresses(words))
        return any(at is not None and moment <= at for at in found)


def _with_addresses(words: Iterable[str]) -> Iterator[str]:
    """Yield each word, and the address in it: `Ana <ana@example.org>` is two."""
    for word in words:
        yield word
        yield split_name_and_address(word)[1]


NOBODY = Erased()


def dismiss(gathered: Gathered, erased: Erased, *, now: datetime, zone: tzinfo) -> None:
    """Take out of the tables what was erased and stands there again, and say so."""
    if not erased:
        return
    clerk = _Clerk(erased, now, zone)
    for title, table in gathered.tables.items():
        rows = [number for number, cells in table.data() if clerk.is_back(table, cells)]
        if rows:
            gathered.tables[title] = _without(table, rows)
            gathered.problems += (Problem.of(title, row, "", "", BACK) for row in rows)
    gathered.reports = [gathered.tables[table.title] for table in gathered.reports]


@dataclass(frozen=True, slots=True)
class _Clerk:
    erased: Erased
    now: datetime
    zone: tzinfo

    def is_back(self, table: Table, cells: Sequence[Cell]) -> bool:
        if table.title == PEOPLE.title:
            return self.erased.any(table.text(cells, "email"), table.text(cells, "username"))
        if table.title == SUBSCRIPTIONS.title:
            return self.erased.any(table.text(cells, "email"))
        if self.erased.any(table.text(cells, "id")):
            return True
        if not table.tab.foreign or "reporter" not in table.columns:
            return False
        # A form's answer from before; one that was given later is new.
        moment = arrived(table, cells, now=self.now, zone=self.zone)
        who = table.text(cells, "reporter"), table.text(cells, "email")
        return self.erased.before(moment, *who)


def _without(table: Table, rows: Sequence[int]) -> Table:
    gone = {row - 1 for row in rows}
    left = [[] if at in gone else row for at, row in enumerate(table.rows)]
    return replace(table, rows=left)
