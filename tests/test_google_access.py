"""A key file that is wrong says how, and is never printed."""

import json
from pathlib import Path

import pytest

from sheets_sync.google_access import load_key, open_session, service_url
from sheets_sync.spreadsheet import SheetError

GOOD = {
    "type": "service_account",
    "project_id": "riverside",
    "private_key": "-----BEGIN PRIVATE KEY-----\nnot one\n-----END PRIVATE KEY-----\n",
    "client_email": "tidings@riverside.iam.gserviceaccount.com",
    "token_uri": "https://oauth2.googleapis.com/token",
}
EXAMPLE = Path(__file__).parent.parent / "credentials.example.json"


def key_file(folder: Path, content: object, mode: int = 0o600) -> Path:
    path = folder / "credentials.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        ("{", 0o600, "cannot be read as JSON"),
        ([], 0o600, "not the key of a service account"),
        ({"type": "authorized_user"}, 0o600, r"its kind: authorized_user"),
        ({"installed": {}}, 0o600, r"its kind: OAuth client"),
        (GOOD | {"client_email": ""}, 0o600, "lacks client_email"),
        (EXAMPLE.read_text(), 0o600, "example's project_id, private_key, client_email"),
        (GOOD, 0o640, "chmod 600"),
    ],
)
def test_what_is_wrong_with_a_key_is_said(
    tmp_path: Path, content: object, mode: int, words: str
) -> None:
    # faults 21 and 80
    with pytest.raises(SheetError, match=words) as caught:
        load_key(key_file(tmp_path, content, mode))
    assert "PRIVATE" not in str(caught.value)


def test_a_key_that_is_not_there_or_no_key_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="is not there; make a key"):
        open_session(tmp_path / "credentials.json")
    with pytest.raises(SheetError, match="holds a private key that cannot be read"):
        open_session(key_file(tmp_path, GOOD))


def test_an_emulator_takes_googles_place() -> None:
    assert service_url("sheets", {}) == "https://sheets.googleapis.com"
    assert service_url("drive", {"SHEETS_EMULATOR_HOST": "localhost:1"}) == "http://localhost:1"
