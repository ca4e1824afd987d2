"""Log records -> one line each, as words or as JSON, without secrets, addresses or text of people.

`TIDINGS_LOG=text` or `json` asks for it: then what a command says besides its answer is logged too.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from sheets_sync.cli.ending import ADDRESS, redacted
from sheets_sync.cli.saying import LOG, visible
from sheets_sync.cli.shell import LOG_VARIABLE, Shell
from sheets_sync.keys import known_secrets

if TYPE_CHECKING:
    from sheets_sync.mailing import Mailed
    from sheets_sync.sync import Outcome

OURS = ("tidings", "sheets_sync", "digests")
"""What others have to tell of is asked of them as warnings only, and without what they put in."""
Fields = dict[str, str | int]


class _OneLine(logging.Formatter):
    """Faults 81 and 83 end here, at the root, whoever logs."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        told = "".join(f" {name}={value}" for name, value in _fields(record).items())
        head = f"{self.formatTime(record)} {record.levelname} {record.name}: "
        return self._masked(head + _event_of(record) + told)

    def _masked(self, text: str) -> str:
        return visible(ADDRESS.sub("[address]", redacted(text, self._secrets)))


class _Json(_OneLine):
    """The same as an object."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": self._masked(_event_of(record)),
        }
        fields = {
            name: self._masked(value) if isinstance(value, str) else value
            for name, value in _fields(record).items()
        }
        return json.dumps(line | fields, ensure_ascii=False)


def begin_logging(shell: Shell, level: int = logging.INFO) -> None:
    """Log to standard error from here on; raises UsageError for an unknown kind."""
    kinds = {"": _OneLine, "text": _OneLine, "json": _Json}
    kind = shell.environment.get(LOG_VARIABLE, "")
    if kind not in kinds:
        raise click.UsageError(f"{LOG_VARIABLE}={kind} is not known; write text or json")
    there = logging.StreamHandler(sys.stderr)
    there.setFormatter(kinds[kind](known_secrets(shell.folder, shell.environment)))
    logging.basicConfig(level=logging.WARNING, handlers=[there], force=True)
    for ours in OURS:
        logging.getLogger(ours).setLevel(level)
    LOG.disabled = not kind


def log_run(outcome: "Outcome", mailed: "Mailed", archive: str) -> None:
    """Log how a run ended: in numbers, since problems and refusals name people."""
    made, done, changes = mailed.made, mailed.delivered, outcome.changes
    _event("synced", rows=len(changes.appends), cells=len(changes.edits))
    if outcome.problems or outcome.notes:
        _event("to look at", problems=len(outcome.problems), notes=len(outcome.notes))
    if made and made.new:
        _event("issue made", issue=made.issue.name, mails=made.recipients)
    told = {"sent": done.sent, "dropped": done.dropped, "deferred": len(done.deferred)}
    told |= {"refused": len(done.failed), "repeated": len(done.repeated)}
    _event("mailed", next=mailed.next.name, **told, unclear=len(done.unclear))
    if archive:
        _event("archive", told=archive)
    if done.stopped:
        LOG.error("sending stopped: %s", done.stopped)


def _event_of(record: logging.LogRecord) -> str:
    """Return what happened; never what an exception says, nor what others fill their words with."""
    place = f"{record.filename}:{record.lineno}"
    if record.name.partition(".")[0] in OURS:
        told = record.getMessage()
    else:
        told = f"{record.msg} ({place})" if record.args else f"see {place}"
    fault = record.exc_info and record.exc_info[0]
    return f"{told}: {fault.__name__}" if fault else told


def _event(name: str, **fields: str | int) -> None:
    LOG.info(name, extra={"fields": fields})


def _fields(record: logging.LogRecord) -> Fields:
    found: Fields = getattr(record, "fields", {})
    return found
