"""Issues of which only a person knows whether people had them -> held until that person's word."""

from collections.abc import Collection
from json import dumps, loads

from sheets_sync.decisions import SILENCE
from sheets_sync.state import State


def hold(state: State, issues: Collection[str], *, since: str) -> None:
    """Hold issues, and remember for the Problems tab since which day nothing ran."""
    if not issues:
        return
    silent: dict[str, str] = loads(state.base.get(SILENCE) or "{}")
    state.base.put(SILENCE, dumps(silent | dict.fromkeys(sorted(issues), since)))
    for issue in sorted(issues):
        state.outbox.set_decision(issue, "hold")
