"""A file → what Drive's second version says of it, after an upload; as recorded."""

from typing import Any

from tests.google_standin.world import File, World

_EXPORTS = {
    "application/pdf": "pdf",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/x-vnd.oasis.opendocument.spreadsheet": "ods",
    "application/zip": "zip",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
}
_API = "https://www.googleapis.com/drive/v2/files"
_DOCS = "https://docs.google.com"


def resource(world: World, file: File, user: str) -> dict[str, Any]:
    """Return all that version 2 tells of a spreadsheet of one's own."""
    return {
        "kind": "drive#file",
        "id": file.id,
        "title": file.name,
        "mimeType": file.mime_type,
        "etag": f'"{file.version(world.clock.now())}"',
        "version": str(file.version(world.clock.now())),
        "fileSize": "1024",
        "quotaBytesUsed": "1024",
        "spaces": ["drive"],
        **_times(world, file),
        **_people(user),
        **_links(file),
        **_rights(file),
    }


def _times(world: World, file: File) -> dict[str, Any]:
    modified = f"{file.modified(world.clock.now()):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
    return {
        "createdDate": f"{file.created:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
        "modifiedDate": modified,
        "modifiedByMeDate": modified,
        "lastViewedByMeDate": modified,
        "markedViewedByMeDate": "1970-01-01T00:00:00.000Z",
    }


def _people(user: str) -> dict[str, Any]:
    person = {
        "kind": "drive#user",
        "displayName": user,
        "emailAddress": user,
        "isAuthenticatedUser": True,
        "permissionId": "00000000000000000001",
        "picture": {"url": "https://lh3.googleusercontent.com/a/default-user=s64"},
    }
    return {
        "owners": [person],
        "ownerNames": [user],
        "lastModifyingUser": person,
        "lastModifyingUserName": user,
    }


def _links(file: File) -> dict[str, Any]:
    sheet, own = f"{_DOCS}/spreadsheets/d/{file.id}", f"{_API}/{file.id}"
    root = {
        "kind": "drive#parentReference",
        "id": "0Aroot",
        "isRoot": True,
        "selfLink": f"{own}/parents/0Aroot",
        "parentLink": f"{_API}/0Aroot",
    }
    icons = "https://drive-thirdparty.googleusercontent.com/16/type"
    return {
        "selfLink": own,
        "alternateLink": f"{sheet}/edit?usp=drivesdk",
        "embedLink": f"{sheet}/htmlembed?ouid=0",
        "iconLink": f"{icons}/{file.mime_type}",
        "thumbnailLink": f"{_DOCS}/feeds/vt?gd=true&id={file.id}&v=1&s=x&sz=s220",
        "parents": [root],
        "exportLinks": {
            kind: f"{_DOCS}/spreadsheets/export?id={file.id}&exportFormat={end}"
            for kind, end in _EXPORTS.items()
        },
    }


def _rights(file: File) -> dict[str, Any]:
    labels = ("hidden", "restricted", "starred", "trashed")
    own = {
        "kind": "drive#permission",
        "id": "me",
        "type": "user",
        "role": "owner",
        "pendingOwner": False,
        "etag": '"me"',
        "selfLink": f"{_API}/{file.id}/permissions/me",
    }
    return {
        "userPermission": own,
        "labels": dict.fromkeys(labels, False) | {"viewed": True},
        "capabilities": {"canCopy": True, "canEdit": True},
        "appDataContents": False,
        "copyRequiresWriterPermission": False,
        "copyable": True,
        "editable": True,
        "explicitlyTrashed": False,
        "shared": bool(file.permissions),
        "writersCanShare": True,
    }
