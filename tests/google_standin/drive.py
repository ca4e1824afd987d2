"""The Drive API v3, and v2's upload of a CSV: its paths, and what each of them answers."""

import csv
import io
from datetime import datetime
from typing import Any

from tests.google_standin import drive_v2, entering, masks, values
from tests.google_standin.book import Book
from tests.google_standin.cells import BARE
from tests.google_standin.drive_query import matches
from tests.google_standin.wire import ApiError, DriveError, Request, Response, Route, invalid, named
from tests.google_standin.world import SPREADSHEET, WRITERS, File, World

Answer = dict[str, Any]
NARROW = "kind,id,name,mimeType"
"""What Drive answers where no mask asks for more."""


def time_text(moment: datetime) -> str:
    """Return a time as Drive writes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def resource(world: World, file: File, user: str) -> Answer:
    """Return all that is known of a file."""
    now = world.clock.now()
    answer: Answer = {
        "kind": "drive#file",
        "id": file.id,
        "name": file.name,
        "mimeType": file.mime_type,
        "createdTime": time_text(file.created),
        "modifiedTime": time_text(file.modified(now)),
        "version": str(file.version(now)),
        "trashed": file.trashed,
        "parents": file.parents or ["0Aroot"],
        "permissions": _permissions(file, user),
        "capabilities": {"canEdit": file.role in ("owner", "writer")},
        "owners": [{"kind": "drive#user", "emailAddress": _owner(file, user)}],
    }
    return answer


def _owner(file: File, user: str) -> str:
    return user if file.role == "owner" else "manager@example.org"


def _permissions(file: File, user: str) -> list[Answer]:
    own = {
        "kind": "drive#permission",
        "id": "00000000000000000001",
        "type": "user",
        "role": file.role,
        "emailAddress": user,
        "displayName": user,
        "deleted": False,
        "pendingOwner": False,
    }
    return [own, *file.permissions]


def _found(world: World, file_id: str, *, to_write: bool = False) -> File:
    file = world.files.get(file_id)
    if file is None or not file.role:
        raise missing(file_id)
    if to_write and file.role not in WRITERS:
        raise _insufficient()
    return file


def _insufficient() -> ApiError:
    message = "The user does not have sufficient permissions for this file."
    return DriveError(403, message, "insufficientFilePermissions")


def missing(file_id: str) -> ApiError:
    """Return Drive's refusal of a file that is not there for the caller."""
    return DriveError(404, f"File not found: {file_id}.", "notFound")


def create(world: World, request: Request) -> Answer:
    """files.create"""
    given = request.json()
    kind = given.get("mimeType", SPREADSHEET)
    file = world.new_file(given.get("name", "Untitled"), kind)
    file.parents = given.get("parents", [])
    if kind == SPREADSHEET:
        world.new_book(file)
    return _masked(world, request, file)


def _masked(world: World, request: Request, file: File) -> Answer:
    tree = masks.parse(request.one("fields") or NARROW)
    kept: Answer = masks.kept(tree, resource(world, file, world.user(request)))
    return kept


def get(world: World, request: Request, file: str) -> Answer:
    """files.get"""
    return _masked(world, request, _found(world, file))


def update(world: World, request: Request, file: str) -> Answer:
    """files.update"""
    found, given = _found(world, file, to_write=True), request.json()
    if "name" in given:
        found.name = given["name"]
        if file in world.spreadsheets:
            world.spreadsheets[file].title = found.name
    found.trashed = given.get("trashed", found.trashed)
    gone = request.one("removeParents").split(",")
    kept = [parent for parent in found.parents if parent not in gone]
    found.parents = kept + [p for p in request.one("addParents").split(",") if p]
    world.changed(file)
    return _masked(world, request, found)


def delete(world: World, request: Request, file: str) -> Response:
    """files.delete"""
    found = _found(world, file)
    if found.role != "owner":
        raise ApiError(
            403, "PERMISSION_DENIED", "The user does not have sufficient permissions for this file."
        )
    world.remove(file)
    return Response(204, b"")


def listing(world: World, request: Request) -> Answer:
    """files.list"""
    text, now = request.one("q"), world.clock.now()
    seen = [f for f in world.files.values() if f.role and matches(text, f, now)]
    seen.sort(key=lambda file: file.modified(now), reverse=True)
    size = int(request.one("pageSize", "100"))
    start = int(request.one("pageToken", "0") or 0)
    user = world.user(request)
    page = [resource(world, file, user) for file in seen[start : start + size]]
    answer: Answer = {"kind": "drive#fileList", "incompleteSearch": False, "files": page}
    if len(seen) > start + size:
        answer["nextPageToken"] = str(start + size)
    mask = (
        request.one("fields") or "kind,incompleteSearch,nextPageToken,files(kind,id,name,mimeType)"
    )
    kept: Answer = masks.kept(masks.parse(mask), answer)
    return kept


def copy(world: World, request: Request, file: str) -> Answer:
    """files.copy"""
    source, given = _found(world, file), request.json()
    new = world.new_file(given.get("name", f"Copy of {source.name}"), source.mime_type)
    new.parents = given.get("parents", [])
    if file in world.spreadsheets:
        old = world.spreadsheets[file]
        book = world.new_book(new)
        book.restore(old.saved() | {"title": new.name})
    return _masked(world, request, new)


def export(world: World, request: Request, file: str) -> Response:
    """files.export: CSV and TSV of the first sheet"""
    _found(world, file)
    book = world.spreadsheets.get(file)
    marks = {"text/csv": ",", "text/tab-separated-values": "\t"}
    kind = request.one("mimeType")
    if book is None or kind not in marks:
        raise invalid("The requested conversion is not supported.")
    return Response(200, exported(book, marks[kind]).encode(), kind)


def exported(book: Book, mark: str) -> str:
    """Return the first sheet as separated values, without an end of line at the end."""
    sheet = book.sheets[0]
    rows = values.read(sheet, sheet.whole, "", "", "").get("values", [])
    wide = max(map(len, rows), default=0)
    text = io.StringIO()
    csv.writer(text, delimiter=mark, lineterminator="\r\n").writerows(
        [row + [""] * (wide - len(row)) for row in rows]
    )
    return text.getvalue().removesuffix("\r\n")


def upload(world: World, request: Request, file: str) -> Answer:
    """v2 files.update with a CSV: what the spreadsheet held is replaced."""
    found = _found(world, file, to_write=True)
    book = world.new_book(found, time_zone="America/Los_Angeles")
    sheet = book.sheets[0]
    sheet.title = found.name
    for row, line in enumerate(csv.reader(io.StringIO(request.body.decode()))):
        sheet.reach(row + 1, len(line))
        for column, text in enumerate(line):
            book.put(sheet, row, column, entering.user_entered(text, BARE, book.locale))
    book.recalculate()
    world.changed(file)
    return drive_v2.resource(world, found, world.user(request))


def share(world: World, request: Request, file: str) -> Answer:
    """permissions.create"""
    found, given = _found(world, file, to_write=True), request.json()
    new = {"kind": "drive#permission", "id": str(world.random.randrange(10**19))}
    new |= {n: given[n] for n in ("type", "role", "emailAddress", "domain", "view") if n in given}
    found.permissions.append(new)
    mask = request.one("fields") or "kind,id,type,role"
    kept: Answer = masks.kept(masks.parse(mask), new)
    return kept


def permissions(world: World, request: Request, file: str) -> Answer:
    """permissions.list"""
    found = _permissions(_found(world, file), world.user(request))
    answer: Answer = {"kind": "drive#permissionList", "permissions": found}
    mask = request.one("fields") or "kind,permissions(kind,id,type,role)"
    kept: Answer = masks.kept(masks.parse(mask), answer)
    return kept


def comments(world: World, request: Request, file: str) -> Answer:
    """comments.list: nobody comments here"""
    _found(world, file)
    return {"kind": "drive#commentList", "comments": []}


def unshare(world: World, request: Request, file: str, permission: str) -> Response:
    """permissions.delete"""
    found = _found(world, file, to_write=True)
    left = [p for p in found.permissions if p["id"] != permission]
    if len(left) == len(found.permissions):
        raise DriveError(404, f"Permission not found: {permission}.", "notFound")
    found.permissions = left
    return Response(204, b"")


def _route(method: str, path: str, handler: Any) -> Route:
    return Route(method, named(path), handler)


_FILES = "/drive/v3/files"
ROUTES = (
    _route("POST", _FILES, create),
    _route("GET", _FILES, listing),
    _route("GET", f"{_FILES}/{{file}}", get),
    _route("PATCH", f"{_FILES}/{{file}}", update),
    _route("DELETE", f"{_FILES}/{{file}}", delete),
    _route("POST", f"{_FILES}/{{file}}/copy", copy),
    _route("GET", f"{_FILES}/{{file}}/export", export),
    _route("POST", f"{_FILES}/{{file}}/permissions", share),
    _route("GET", f"{_FILES}/{{file}}/permissions", permissions),
    _route("DELETE", f"{_FILES}/{{file}}/permissions/{{permission}}", unshare),
    _route("GET", f"{_FILES}/{{file}}/comments", comments),
    _route("PUT", "/upload/drive/v2/files/{file}", upload),
)
