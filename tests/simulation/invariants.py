"""What must hold after each run and at the end, whatever happened; the first breach is told.

The words are those of the design's section 14.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sheets_sync.cells import as_text
from sheets_sync.community import Status
from sheets_sync.identity import WELL_FORMED
from sheets_sync.state.delivery import DeliveryState
from tests.simulation.history import MENDED, Sent, marks_in, marks_of, not_fitting
from tests.simulation.paper import Difference

if TYPE_CHECKING:
    from tests.simulation.world import World

EXPECTED = {200, 303, 403, 404, 409, 422, 429, 503}
"""What a page may answer; 500 is a fault of the program."""
Received = dict[str, Counter[str]]
"""By address, how often each mark came."""
LATEST = 10
"""Of what was thanked for, so many are looked for after each run."""
MAY_CHANGE = {"last sync", "last digest"}
"""Of the single values in the state, by a run that finds nothing to do."""


NEVER_SAID = ("a fault of Tidings", "by another run", "another sync has been recorded")
"""With one machine, at which one run follows the other, nothing stops for such a reason."""


class Broken(AssertionError):
    """Something that must always hold does not."""


def hold(truth: object, what: str) -> None:
    """Raise Broken unless it is so."""
    if not truth:
        raise Broken(what)


def check_answer(path: str, status: int) -> None:
    """A page never fails by itself."""
    hold(status in EXPECTED, f"{path} answered {status}")


def check_stop(line: str, written: int) -> None:
    """A run stops for what is wrong outside, never for what Tidings did itself.

    Of one whose state is an old one, nothing was `written`.
    """
    hold(not any(words in line for words in NEVER_SAID), line)
    hold("--take-over" not in line or not written, f"an old state wrote, and then said: {line}")


def check_each_run(world: "World") -> None:
    """After a run, also one that stopped: what was thanked for is kept, and no mail came twice."""
    _check_is_kept(world, list(world.history.sent)[-LATEST:])
    _check_nobody_got_an_issue_twice(world)


def check_run(world: "World") -> None:
    """After a run that came to its end, every foreign cell is as people left it."""
    for paper in world.papers.values():
        for difference in paper.differences():
            hold(_is_correction(world, difference), str(difference))
    _check_appended(world)
    _check_nothing_is_doubled(world)
    _check_ids_stay(world)
    for paper in world.papers.values():
        paper.agree()


def _check_ids_stay(world: "World") -> None:
    """An id, once seen beside somebody's words, is seen beside no others."""
    paper, history = world.papers["Reports"], world.history
    for row, id in paper.columns("id"):
        marks = paper.marks(row)
        if len(marks) != 1 or not WELL_FORMED.fullmatch(str(id)):
            continue
        mark = history.marks_of_ids.setdefault(id, marks[0])
        hold(
            mark == marks[0],
            f"Reports row {row + 1}: {id} stands beside note {marks[0]}, and was note {mark}",
        )


def _is_correction(world: "World", difference: Difference) -> bool:
    paper = world.papers[difference.tab]
    if difference.row == 0:
        return difference.known.value is None
    if difference.tab == "Digests":
        return difference.header == "decision"
    if difference.tab != "Reports":
        return False
    sent = _sent_as(world, str(paper.value(difference.row, "id")), paper.marks(difference.row))
    # A header may bear any name by now, so the column does not count here.
    told = {answer for one in sent for told in one.versions for answer in told.values()}
    known, found = as_text(difference.known.value), as_text(difference.found.value)
    return found in told and (not known or known in told)


def _sent_as(world: "World", id: str, marks: list[str]) -> list[Sent]:
    """Return what was sent as a report; of a copy, all that it may be a copy of."""
    sent = world.history.sent
    return [sent[id]] if id in sent else [one for one in sent.values() if one.mark in marks]


def _check_appended(world: "World") -> None:
    """A row that we append holds what its writer was thanked for, under its own id."""
    for number, cells in world.papers["Reports"].ours():
        sent = world.history.sent.get(str(cells.get("id")))
        if sent is None:
            continue  # stored, and its writer never heard of it
        texts = [one.get("text", "") for one in sent.versions]
        hold(
            "text" not in cells or as_text(cells["text"]) in texts,
            f"Reports row {number + 1} was appended with {cells.get('text')!r}, not {texts}",
        )


def check_values_are_on_their_rows(world: "World") -> None:
    """Every value of ours stands on the row of its own report."""
    paper, base = world.papers["Reports"], world.project.state.base
    ids = [id for _, id in paper.columns("id") if WELL_FORMED.fullmatch(str(id))]
    doubled = [id for id, times in Counter(ids).items() if times > 1]
    hold(not doubled, f"these ids stand in several rows: {doubled}")
    for row, id, text, status in paper.columns("id", "text", "status"):
        if not WELL_FORMED.fullmatch(str(id)):
            continue
        report = base.report(str(id))
        hold(report, f"Reports row {row + 1} bears {id}, which the state does not know")
        assert report is not None
        hold(
            marks_in(report.text) == marks_in(text),
            f"Reports row {row + 1}: {id} stands beside {text!r}, and is {report.text!r}",
        )
        hold(
            status == report.status.value,
            f"Reports row {row + 1}: {id} shows {status!r} and is {report.status.value}",
        )


def check_quiet(
    world: "World", line: str, before: Mapping[str, str], written: int, mails: int
) -> None:
    """A run that has nothing to do does nothing: no write, no mail, nothing recorded."""
    hold(not line, f"a quiet run stopped: {line}")
    hold(world.google.writes == written, "a quiet run wrote into the spreadsheet")
    hold(len(world.relay.arrived) == mails, "a quiet run sent mail")
    after = world.project.state.base.values()
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    # Only the second of them finds in the state that there was nothing to do before.
    hold(
        changed <= MAY_CHANGE or not before.get("quiet"),
        f"a quiet run recorded {sorted(changed - MAY_CHANGE)}",
    )


def check_end(world: "World") -> None:
    """The histories: what was thanked for is there, and the mails went where they should."""
    check_values_are_on_their_rows(world)
    _check_is_kept(world, world.history.sent)
    _check_nothing_is_lost(world)
    check_corrections_are_there(world)
    _check_what_was_sent_arrived(world)
    _check_nobody_got_an_issue_twice(world)
    received = _received(world)
    _check_nobody_got_a_report_twice(world, received)
    _check_nobody_was_skipped(world, received)


def _check_is_kept(world: "World", ids: Iterable[str]) -> None:
    """What was thanked for stands in the journal as it was, or as it may have become since."""
    journal = world.project.state.journal
    for id in ids:
        one = world.history.sent[id]
        if one.sure and id not in world.history.forgotten:
            kept = journal.answers(id)
            said = [{**answers} for answers in one.versions[one.sure - 1 :]]
            hold(kept in said, f"{id} was thanked for as {said[0]}, and is kept as {kept}")


def check_corrections_are_there(world: "World") -> None:
    """A row says what its writer said last, also after an old version; or what a manager mended."""
    for row, id, text in world.papers["Reports"].columns("id", "text"):
        one = world.history.sent.get(str(id))
        if one and one.sure and id not in world.history.forgotten and MENDED not in str(text):
            said = [answers["text"] for answers in one.versions[one.sure - 1 :]]
            hold(
                as_text(text) in said,
                f"Reports row {row + 1}: {id} should say {said[0]!r}, and says {text!r}",
            )


def _check_nothing_is_lost(world: "World") -> None:
    found = world.marked_rows()
    for mark, span in world.history.rows.items():
        hold(
            found[mark] >= span.least,
            f"note {mark} was thanked for and should stand in {span.least} rows of Reports, not in "
            f"{found[mark]}: {'; '.join(span.why)}",
        )
    hold(not world.project.state.journal.unwritten(), "something waits in the journal for ever")


def _check_nothing_is_doubled(world: "World") -> None:
    found = world.marked_rows()
    for mark, span in world.history.rows.items():
        hold(
            found[mark] <= span.most,
            f"note {mark} should stand in {span.most} rows of Reports at most, not in "
            f"{found[mark]}: {'; '.join(span.why)}",
        )


def _check_what_was_sent_arrived(world: "World") -> None:
    """What the state says was taken, somebody got."""
    arrived = {(mail.issue, mail.address) for mail in world.relay.arrived}
    state = world.project.state
    for issue in sorted(state.outbox.made()):
        for one in state.operating.standings(issue):
            hold(
                one.state != DeliveryState.SENT or (issue, one.address) in arrived,
                f"{one.address} never got issue {issue}, which counts as sent",
            )


def _check_nobody_got_an_issue_twice(world: "World") -> None:
    """One mail for each issue and reader; more only where each time it was unclear, and alike."""
    doubtful = Counter(world.relay.doubtful)
    mails: dict[tuple[str, str], list[bytes]] = {}
    names: dict[tuple[str, str], str] = {}
    for mail in world.relay.arrived:
        pair = mail.issue, mail.address
        mails.setdefault(pair, []).append(mail.content)
        names[pair] = mail.message_id
    for pair, contents in mails.items():
        if pair[0] in world.history.excused:
            continue
        # What somebody took back while it waited for a person's word is left out of it.
        again = world.history.repeats[pair]
        allowed = min(1 + doubtful[names[pair]], 2) + again
        hold(len(contents) <= allowed, f"{pair} was mailed {len(contents)} times")
        hold(len(set(contents)) <= 1 + again, f"{pair} was mailed again with other bytes")


def _unique(world: "World") -> dict[tuple[str, str], bytes]:
    return {
        (mail.issue, mail.address): mail.content
        for mail in world.relay.arrived
        if not mail.issue.startswith("confirma")
    }


def _received(world: "World") -> Received:
    """Return for each address how often each mark came, repeats of a mail counted once."""
    found: dict[str, Counter[str]] = {}
    for (issue, address), content in _unique(world).items():
        if issue not in world.history.excused:
            found.setdefault(address, Counter()).update(marks_of(content))
    return found


def _check_nobody_got_a_report_twice(world: "World", received: Received) -> None:
    seen = known_marks(world) | world.history.marks_of_ids
    seen |= {id: one.mark for id, one in world.history.sent.items()}
    reports = Counter(seen.values()) + world.history.perhaps_had
    for address, marks in received.items():
        for mark, times in marks.items():
            most = reports[mark]
            hold(times <= most, f"{address} had note {mark} {times} times, of {most} reports")


def known_marks(world: "World") -> dict[str, str]:
    """Return for each report that the state knows the mark of its text."""
    base = world.project.state.base
    reports = {id: base.report(id) for id in base.known()}
    marks = {id: marks_in(report.text) for id, report in reports.items() if report}
    return {id: found[0] for id, found in marks.items() if found}


def _check_nobody_was_skipped(world: "World", received: Received) -> None:
    """Every report that is used reached every reader who wants all and was there all the time."""
    base = world.project.state.base
    used: Counter[str] = Counter()
    for id, known in base.known().items():
        report = base.report(id)
        there = report and known.missing_since is None and report.accepted > 0
        if report and there and report.status in (Status.OK, Status.CHECK):
            used.update(set(marks_in(report.text)) - world.history.unsteady)
    failed = world.relay.refused_for_good
    for address in sorted(world.steady_readers - failed):
        if lacking := used - received.get(address, Counter()):
            room = _not_fitting(world, address)
            hold(lacking.total() <= room, f"{address} was never mailed note {min(lacking)}")


def _not_fitting(world: "World", address: str) -> int:
    """Return how many reports somebody was told to read on the page: a mail has a largest size."""
    mails = _unique(world).items()
    return sum(not_fitting(content) for (_, to), content in mails if to == address)
