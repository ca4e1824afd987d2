"""What a command returned or raised -> a line, the log, and the exit status.

The one place where exceptions become text. A user never sees a traceback.
"""

import os
import re
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from sheets_sync.cli.group import tidings
from sheets_sync.cli.saying import say
from sheets_sync.cli.shell import Shell

DONE, TO_LOOK_AT, WRONG_USE, NOT_FINISHED = range(4)
LOG = "tidings.log"
ADDRESS = re.compile(r"[^\s<>\"'(),;:@]+@[^\s<>\"'(),;:@]+")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its status."""
    # What Tidings makes holds addresses and secrets: for this account only.
    os.umask(0o077)
    sys.exit(status(arguments, Shell()))


def status(arguments: Sequence[str] | None, shell: Shell) -> int:
    """Run a command and return its exit status."""
    try:
        found = tidings.main(arguments, prog_name="tidings", standalone_mode=False, obj=shell)
        return int(found or DONE)
    except click.ClickException as error:
        error.show()
        return WRONG_USE
    except (click.Abort, KeyboardInterrupt):
        say("Stopped. Nothing is lost; run it again when you like.", error=True)
        return NOT_FINISHED
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough; what Python would still flush goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:  # noqa: BLE001 - the one place where everything ends
        return _ended(error, shell)


def _ended(error: Exception, shell: Shell) -> int:
    # Imported here: these are known only once their packages, which are heavy, have been needed.
    from digests.archive.writing import ArchiveFolderError
    from digests.filters import FilterError
    from digests.press import DigestError
    from digests.transport import SendError
    from forms.definition import FormError
    from sheets_sync.erasing import AmbiguousError
    from sheets_sync.keys import known_secrets
    from sheets_sync.project import AnotherRunError
    from sheets_sync.reps_records import ArchiveError
    from sheets_sync.settings import SettingsError
    from sheets_sync.spreadsheet import SheetError
    from sheets_sync.state import StateError
    from sheets_sync.table_file import TableError

    wrong = (
        SettingsError
        | FormError
        | FilterError
        | ArchiveError
        | ArchiveFolderError
        | TableError
        | AmbiguousError
    )
    secrets = known_secrets(shell.folder, shell.environment)
    if isinstance(error, wrong):
        say(redacted(f"Error: {error}", secrets), error=True)
        return WRONG_USE
    if isinstance(error, SheetError | StateError | SendError | DigestError | AnotherRunError):
        say(redacted(f"Not finished: {error}", secrets), error=True)
        return NOT_FINISHED
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        say(redacted(f"Not finished: {place}{error.strerror}", secrets), error=True)
        return NOT_FINISHED
    log = _logged(error, shell.folder, secrets)
    say(f"Not finished: a fault in Tidings itself; nothing is lost. Details: {log}", error=True)
    return NOT_FINISHED


def redacted(text: str, secrets: Sequence[str]) -> str:
    """Return a text without any secret (fault 81)."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    return text


def _traced(error: BaseException) -> str:
    """Return where an error arose, and of what kind it is; its words may be people's."""
    before = error.__cause__ or error.__context__
    place = "".join(traceback.format_tb(error.__traceback__))
    here = f"Traceback (most recent call last):\n{place}{type(error).__name__}\n"
    return f"{_traced(before)}\n{here}" if before else here


def _logged(error: Exception, folder: Path, secrets: Sequence[str]) -> Path:
    details = ADDRESS.sub("[address]", redacted(_traced(error), secrets))
    for path in (folder / LOG, Path(tempfile.gettempdir()) / f"tidings-{os.getuid()}.log"):
        try:
            with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(details.encode("unicode_escape").decode("ascii").replace("\\n", "\n"))
        except OSError:
            continue
        return path
    return Path("nowhere, since no place could be written")
