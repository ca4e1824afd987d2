"""Why the state cannot be used, and how long is waited before that is said."""

BUSY_SECONDS = 10
"""So long is waited for another writer, and for a database that is being started again."""


class StateError(Exception):
    """The state cannot be used; the message names the place, the fault and the choices."""


class Busy(Exception):
    """Another process is writing; ask again, and wait."""


class Taken(StateError):
    """Another process holds the right to do this."""
