"""What every command is given: the project folder, the environment and the clock."""

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sheets_sync.project import Project


def _now() -> datetime:
    return datetime.now(UTC)


LOG_VARIABLE = "TIDINGS_LOG"


@dataclass(slots=True)
class Shell:
    """Filled by the group's own options before a command runs."""

    folder: Path = Path()
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    now: Callable[[], datetime] = _now
    patience_seconds: float = 10.0
    """How long to wait for another run to end."""

    @property
    def logs(self) -> bool:
        """Whether a log is asked for instead of words for a person."""
        return bool(self.environment.get(LOG_VARIABLE))

    def alone(self, project: "Project") -> Callable[[], AbstractContextManager[None]]:
        """Return what lets no other run of a project work meanwhile; raises AnotherRunError."""
        from sheets_sync.project import one_run

        return partial(one_run, project, patience=self.patience_seconds)
