"""The project folder -> Findings: whether a database can live there."""

from collections.abc import Iterator
from pathlib import Path

from sheets_sync.findings import Finding

NETWORK_KINDS = ("nfs", "cifs", "smb", "fuse.sshfs", "9p", "afs", "fuse.rclone", "fuse.davfs")
SYNCED_FOLDERS = ("dropbox", "nextcloud", "onedrive", "google drive", "syncthing")


def look_at_place(folder: Path, mounts: Path) -> Iterator[Finding]:
    """Warn of a folder in which file locks do not hold (fault 78); best effort."""
    here = folder.resolve()
    kind = _kind_of_place(here, mounts)
    synced = [part for part in here.parts if part.casefold().startswith(SYNCED_FOLDERS)]
    if kind.startswith(NETWORK_KINDS) or synced:
        yield Finding(
            "project folder",
            f"{here} is shared over a network ({synced[0] if synced else kind}), where a database "
            "can be damaged",
            "keep the folder on a disk of this machine; the workbook alone may be shared",
        )


def _kind_of_place(folder: Path, mounts: Path) -> str:
    try:
        lines = [line.split() for line in mounts.read_text("utf-8").splitlines()]
    except OSError:
        return ""
    around = [(len(line[1]), line[2]) for line in lines if folder.is_relative_to(line[1])]
    return max(around, default=(0, ""))[1]
