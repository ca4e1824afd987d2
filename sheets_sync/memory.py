"""What the state remembers of a report beyond its row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

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


MEMORY: TypeAdapter[Memory] = TypeAdapter(Memory)
