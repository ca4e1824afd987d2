"""A person leaves everything: found, told, taken out of sheet, backups, files and state.

The order is one that can be begun again: the state, which knows who they are, comes last.
"""

from sheets_sync.erasing.who import AmbiguousError
from sheets_sync.erasing.work import Plan, carry_out, look, readmit

__all__ = ["AmbiguousError", "Plan", "carry_out", "look", "readmit"]
