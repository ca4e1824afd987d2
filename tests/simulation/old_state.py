"""A world whose state came back from a backup -> which mails may come once more.

Those that were sent since the backup, where the spreadsheet cannot tell of them any more either.
Others are held for a person's word, and nobody gives it.
"""

from sheets_sync.google_sheets.known import LOG_TITLE
from sheets_sync.google_sheets.reading import STAMP_ROW
from tests.simulation.world import World


def note_old_state(world: World) -> None:
    """Note what neither the state nor the spreadsheet knows."""
    state, history = world.project.state, world.history
    mailed = {mail.issue for mail in world.relay.arrived if mail.issue.startswith("20")}
    named = {str(issue) for _, issue in world.papers["Digests"].columns("issue")}
    history.excused |= mailed - named - state.outbox.made()
    if not _is_told(world):
        history.excused |= history.doubted & state.operating.unfinished()


def _is_told(world: World) -> bool:
    """Tell whether the spreadsheet shows that a newer state has written to it."""
    log = world.google.book.titled(LOG_TITLE)
    counter = log.cell(STAMP_ROW - 1, 1).value if log else 0
    return int(str(counter or 0)) > int(world.project.state.base.get("counter") or 0)
