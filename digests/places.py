"""A body with marked places -> the same body for one reader, filled in one pass."""

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A place that is filled in for each reader; `report` is for its writer alone."""

    kind: str
    """`form`, `own`, `own leave` …; or `more` and a section's name, which all readers share."""
    report: str = ""
    writer: str = ""


@dataclass(frozen=True, slots=True)
class Personal:
    """What is filled in for one reader."""

    form: str
    person: str
    preferences: str = ""
    leave: str = ""
    reports: str = ""
    stay: str = ""
    pause: str = ""
    hold: str = ""
    release: str = ""

    def url(self, kind: str) -> str:
        """Return the link that goes into a place."""
        links = {
            "own preferences": self.preferences,
            "own leave": self.leave,
            "own reports": self.reports,
            "own stay": self.stay,
            "own pause": self.pause,
            "own hold": self.hold,
            "own release": self.release,
        }
        return links.get(kind, self.form)


class Places:
    """Marks places in a body, and fills them in one pass."""

    def __init__(self) -> None:
        # Nobody can write the word into a report: it is made when the mail is.
        self._word = f"place{secrets.token_hex(12)}n"
        self._cut = re.compile(rf"{self._word}(\d+)n")
        self._all: list[Place] = []
        self._numbers: dict[Place, int] = {}

    def mark(self, place: Place) -> str:
        """Return what to write where a place is to be."""
        if place not in self._numbers:
            self._numbers[place] = len(self._all)
            self._all.append(place)
        return f"{self._word}{self._numbers[place]}n"

    def cut(self, body: str) -> tuple[str, ...]:
        """Return a body cut at its places."""
        return tuple(self._cut.split(body))

    def filled(
        self,
        pieces: Sequence[str],
        mine: Personal,
        own: Callable[[str], str],
        shown: Callable[[str], str],
    ) -> str:
        """Return a body with one reader's values in its places."""
        whole = list(pieces)
        for at in range(1, len(whole), 2):
            place = self._all[int(whole[at])]
            if place.kind == "own":
                whole[at] = own(place.report) if mine.person == place.writer else ""
            else:
                whole[at] = str(shown(mine.url(place.kind)))
        return "".join(whole)
