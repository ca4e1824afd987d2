"""The command line: parse, call one function, print, set the exit status.

The one home of click. Nothing heavy is imported before a command needs it.
"""

from sheets_sync.cli.ending import main
from sheets_sync.cli.group import tidings

__all__ = ["main", "tidings"]
