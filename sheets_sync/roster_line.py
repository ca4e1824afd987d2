"""A row of the People tab -> who it names, and how that is compared."""

from collections.abc import Sequence
from typing import NamedTuple

from sheets_sync.headers import plain
from sheets_sync.spreadsheet import Cell

ATTRIBUTES = ("name", "email", "username")


class Line(NamedTuple):
    """A row that stands for somebody, or adds to one that does."""

    row: int
    name: str
    email: str
    username: str
    cells: Sequence[Cell]
    bare: bool = False
    """It holds nothing else."""

    def attributes(self) -> tuple[tuple[str, str], ...]:
        """Return what may identify the person, best first, as it is compared."""
        return (
            ("email", self.email.casefold()),
            ("username", plain(self.username)),
            ("name", plain(self.name)),
        )

    def values(self) -> dict[str, str]:
        """Return the attributes that are not empty, as they are compared."""
        return {name: value for name, value in self.attributes() if value}
