"""What every command is given: the project folder, the environment and the clock."""

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Shell:
    """Filled by the group's own options before a command runs."""

    folder: Path = Path()
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    now: Callable[[], datetime] = _now
    patience_seconds: float = 10.0
    """How long to wait for another run to end."""

    def alone(self) -> AbstractContextManager[None]:
        """Let no other run work in the project folder meanwhile; raises AnotherRunError."""
        from sheets_sync.project import one_run

        return one_run(self.folder, patience=self.patience_seconds)
