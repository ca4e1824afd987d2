"""A workbook's path → who has it open in LibreOffice or Excel, as their lock files tell."""

import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path

from forms.phrase import Phrase, phrase, verbatim
from forms.wording import N_
from sheets_sync.spreadsheet import SheetBusy

ABANDONED_AFTER = 24 * 3600.0
"""Seconds after which a lock may be the leftover of a crash (fault 42)."""

_FIELD = re.compile(r"((?:\\.|[^,;\\])*)[,;]?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock file: who made it, where, and since when, as far as it says."""

    path: Path
    program: str
    user: str
    host: str
    since: str
    age: float

    @property
    def holder(self) -> Phrase:
        """Return who has the workbook open, as people say it."""
        who = verbatim(self.user) if self.user else phrase(N_("someone"))
        if self.host:
            who = phrase(N_("{who} on {host}"), who=who, host=self.host)
        who = phrase("{who} ({program})", who=who, program=phrase(self.program))
        return phrase(N_("{who} since {since}"), who=who, since=self.since) if self.since else who


def find_lock(path: Path, *, now: float) -> Lock | None:
    """Return the lock on a workbook, if there is one."""
    for place, read in (
        (path.with_name(f".~lock.{path.name}#"), _libreoffice),
        (path.with_name(f"~${path.name}"), _excel),
    ):
        try:
            return read(place, place.read_bytes(), now - place.stat().st_mtime)
        except FileNotFoundError:
            continue
        except OSError:
            # Excel on Windows keeps its lock file unreadable for others; it is there all the same.
            return Lock(place, N_("an editor"), "", "", "", 0.0)
    return None


def refuse_lock(path: Path, lock: Lock) -> None:
    """Raise SheetBusy naming who holds it."""
    told = N_(
        "{file} is open: {holder}. Nothing was written; it will be when they close it. If nobody "
        "has it open any more, delete {lock} beside it"
    )
    said = phrase(told, file=path.name, holder=lock.holder, lock=lock.path.name)
    raise SheetBusy(said, holder=lock.holder.text())


def is_abandoned(lock: Lock) -> bool:
    """Say whether the editor that made the lock is certainly gone.

    Certain is only: LibreOffice, made on this machine, a day old, no LibreOffice runs here now,
    and processes of all users can be seen.
    """
    return (
        lock.program == "LibreOffice"
        and lock.host.casefold() == socket.gethostname().casefold()
        and lock.age > ABANDONED_AFTER
        and _names_of_processes().isdisjoint({"soffice.bin", "soffice", "oosplash"})
    )


def _libreoffice(place: Path, content: bytes, age: float) -> Lock:
    text = content.decode("utf-8", "replace")
    fields = [re.sub(r"\\(.)", r"\1", field) for field in _FIELD.findall(text)]
    full, login, host, since = [*fields, "", "", "", ""][:4]
    return Lock(place, "LibreOffice", _tidy(full or login), _tidy(host), _tidy(since), age)


def _excel(place: Path, content: bytes, age: float) -> Lock:
    wide = content[55:56] and content[57 : 57 + 2 * content[55]].decode("utf-16-le", "replace")
    narrow = content[1 : 1 + content[0]].decode("latin-1") if content else ""
    return Lock(place, "Excel", _tidy(str(wide or "") or narrow), "", "", age)


def _tidy(text: str) -> str:
    return "".join(c for c in text if c.isprintable()).strip()[:80]


def _names_of_processes() -> set[str]:
    names: set[str] = set()
    try:
        numbers = [entry for entry in os.listdir("/proc") if entry.isdecimal()]
    except OSError:
        numbers = []
    for number in numbers:
        try:
            stat = Path(f"/proc/{number}/stat").read_text("utf-8", "replace")
            name, _, state = stat.partition("(")[2].rpartition(") ")
            # A zombie is dead already.
            if not state.startswith("Z"):
                names.add(name)
        except (FileNotFoundError, ProcessLookupError):
            continue
        except OSError:
            numbers = []
    # Without process 1 others' processes are hidden: then nobody is certainly gone.
    return names if "1" in numbers else {"soffice"}
