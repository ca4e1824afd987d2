"""What the state remembers of a report beyond its row."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Memory:
    """What the state remembers of a report beyond its row."""

    received: datetime
    source: str
    mentor: str = ""
    """Internal id of the writer's mentor when first seen."""
    mentor_name: str = ""
    held: str = ""
    """Why the intake held it."""
    proven: bool = False
    """Sent through a personal link."""
    withdrawn: bool = False
    considered: bool = False
    """Never mailed: imported, or there at the first sync already."""
    undated: bool = False
    """Imported without a day that can be read: no news, whenever it was."""
    earlier: bool = False
    """Known to a state that was lost, and come back after this one began: no news."""
    copied_from: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    """By column: a print of what the form last wrote."""
    conflicts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By column: what a correction wanted, and the person's edit that was kept."""
    corrected: Mapping[int, int] = field(default_factory=dict)
    """By a correction's number in the journal: which of our writes brought it into the sheet."""

    def __hash__(self) -> int:
        """Return what tells most memories apart; the mappings cannot be hashed."""
        return hash((self.received, self.mentor))


# Rows that a sheet holds at its first sync are remembered alike, but for their writers' mentors.


@lru_cache(maxsize=4096)
def of_a_row(received: datetime, source: str, considered: bool, copied_from: str = "") -> Memory:
    """Return the memory of a report that was never seen before."""
    return Memory(received, source, considered=considered, copied_from=copied_from)


@lru_cache(maxsize=4096)
def with_mentor(memory: Memory, mentor: str, name: str) -> Memory:
    """Return a memory with the writer's mentor, internal id and name."""
    return replace(memory, mentor=mentor, mentor_name=name)


@lru_cache(maxsize=4096)
def memory_as_json(memory: Memory) -> str:
    """Return a memory as the state keeps it."""
    return MEMORY.serializer.to_json(memory).decode()


MEMORY: TypeAdapter[Memory] = TypeAdapter(Memory)
