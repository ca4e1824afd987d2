"""A state that knows less than it did -> which mails and rows may come again: nobody can tell.

The issues that the spreadsheet names are not forgotten; nor is, once it tells, that a state is old.
"""

from sheets_sync.state.delivery import DeliveryState
from tests.simulation.world import World


def forget_mails(world: World) -> None:
    """Note of which mails a state from a backup does not know that they left."""
    operating = world.project.state.operating
    left = {(mail.issue, mail.address) for mail in world.relay.arrived}
    for issue in world.project.state.outbox.made():
        known = operating.standings(issue)
        world.history.unknown |= left & {
            (issue, one.address) for one in known if one.state != DeliveryState.SENT
        }
    nobody_tells(world)


def forget_rows(world: World) -> None:
    """Note which rows a state from a backup brings again, unaware that people took them, or ids."""
    history = world.history
    waiting = {entry.submission.report for entry in world.project.state.journal.unwritten()}
    for id in waiting & (history.marks_of_ids.keys() - world.ids_in_sheet()):
        history.expect(history.marks_of_ids[id], "waits in a backup", most=1)


def nobody_tells(world: World) -> None:
    """Note what may leave again without a person's word, or with one that stands there already."""
    history, digests = world.history, world.papers["Digests"]
    made = world.project.state.outbox.made()
    mailed = {mail.issue for mail in world.relay.arrived}
    history.excused |= mailed - made - {str(issue) for _, issue in digests.columns("issue")}
    words = {str(issue): word for _, issue, word in digests.columns("issue", "decision")}
    # The spreadsheet shows that the state is an old one.
    is_found_out = world.google.last_write > int(world.project.state.base.get("counter", "0"))
    for issue in made:
        if words.get(issue) == "send" or not is_found_out:
            history.let_go(issue)
