"""The environment and the project folder -> secrets, which stand nowhere else.

A file that others on the machine could read is refused (fault 80).
"""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from sheets_sync.settings import SettingsError

SECRET_FILE = "secret"  # noqa: S105 - a file's name
SECRET_VARIABLE = "TIDINGS_SECRET_KEY"  # noqa: S105 - the variable's name, not its value
PASSWORD_FILE = "mail-password"  # noqa: S105 - a file's name
PASSWORD_VARIABLE = "TIDINGS_MAIL_PASSWORD"  # noqa: S105 - the variable's name
STATE_PASSWORD_FILE = "state-password"  # noqa: S105 - a file's name
STATE_PASSWORD_VARIABLE = "TIDINGS_STATE_PASSWORD"  # noqa: S105 - the variable's name
SHORTEST = 16


def load_secret(folder: Path, environment: Mapping[str, str]) -> str:
    """Return the key that signs links; raises SettingsError."""
    found = _load(folder / SECRET_FILE, environment.get(SECRET_VARIABLE, ""))
    if not found:
        raise SettingsError(
            f"there is no secret to sign links with: {folder / SECRET_FILE} is not there and "
            f"{SECRET_VARIABLE} is not set; make a new one (old links then ask for a new one) "
            "with: tidings init"
        )
    if len(found) < SHORTEST:
        raise SettingsError(f"the secret is shorter than {SHORTEST} characters; take a longer one")
    return found


def load_password(folder: Path, environment: Mapping[str, str]) -> str:
    """Return the mail server's password; empty when there is none."""
    return _load(folder / PASSWORD_FILE, environment.get(PASSWORD_VARIABLE, ""))


def load_state_password(folder: Path, environment: Mapping[str, str]) -> str:
    """Return the password of the database on a server; empty when there is none."""
    return _load(folder / STATE_PASSWORD_FILE, environment.get(STATE_PASSWORD_VARIABLE, ""))


def make_secret(folder: Path, environment: Mapping[str, str]) -> bool:
    """Make the secret's file, readable by its owner only; False when there is a secret."""
    path = folder / SECRET_FILE
    if path.exists() or environment.get(SECRET_VARIABLE):
        return False
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
    return True


def known_secrets(folder: Path, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return every secret that can be found, so that none is ever printed (fault 81)."""
    variables = (SECRET_VARIABLE, PASSWORD_VARIABLE, STATE_PASSWORD_VARIABLE)
    found = [environment.get(name, "") for name in variables]
    for name in (SECRET_FILE, PASSWORD_FILE, STATE_PASSWORD_FILE):
        try:
            found.append((folder / name).read_text("utf-8", "replace"))
        except OSError:
            continue
    found += _private_keys(folder)
    return tuple(text.strip() for text in found if text.strip())


def _private_keys(folder: Path) -> list[str]:
    """Return the private keys in key files, whatever they are called, as files and as texts."""
    keys = []
    for path in folder.glob("*.json"):
        try:
            content = json.loads(path.read_text("utf-8", "replace"))
            keys.append(str(content["private_key"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    lines = [line for key in keys for line in key.splitlines() if len(line) > 40]
    return [*keys, *(json.dumps(key)[1:-1] for key in keys), *lines]


def _load(path: Path, given: str) -> str:
    if given:
        return given
    try:
        mode = path.stat().st_mode & 0o777
        text = path.read_text("utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as text; make it anew") from error
    if mode & 0o077:
        raise SettingsError(
            f"{path} can be read by others on this machine (mode {mode:04o}); run: chmod 600 {path}"
        )
    return text
