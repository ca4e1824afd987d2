"""Log records -> one line each, without secrets, addresses or control characters."""

import logging
import sys

from sheets_sync.cli.ending import ADDRESS, redacted
from sheets_sync.cli.saying import visible
from sheets_sync.cli.shell import Shell
from sheets_sync.keys import known_secrets


class _OneLine(logging.Formatter):
    """Faults 81 and 83 end here, at the root, whoever logs."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        return visible(ADDRESS.sub("[address]", redacted(super().format(record), self._secrets)))


def begin_logging(shell: Shell, level: int = logging.INFO) -> None:
    """Log to standard error from here on."""
    there = logging.StreamHandler(sys.stderr)
    there.setFormatter(_OneLine(known_secrets(shell.folder, shell.environment)))
    logging.basicConfig(level=level, handlers=[there], force=True)
