"""What the archive consists of: files, each made only when what it depends on has changed."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """One file: its path below the archive's folder, a print of all it depends on, its bytes."""

    path: str
    print: str
    make: Callable[[], bytes]
