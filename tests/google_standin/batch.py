"""The requests of one spreadsheets.batchUpdate, all or none → their replies."""

from collections.abc import Callable
from typing import Any

from tests.google_standin import (
    batch_cells,
    batch_dimensions,
    batch_marks,
    batch_metadata,
    batch_sheets,
)
from tests.google_standin.book import Book
from tests.google_standin.wire import ApiError, Json, invalid

Handler = Callable[[Book, Json, str], dict[str, Any]]
KINDS: dict[str, Handler] = {
    **batch_cells.KINDS,
    **batch_dimensions.KINDS,
    **batch_marks.KINDS,
    **batch_metadata.KINDS,
    **batch_sheets.KINDS,
}

_ALWAYS_ANSWERED = {
    "deleteDimensionGroup",
    "findReplace",
    "updateDeveloperMetadata",
    "deleteDeveloperMetadata",
}
"""Kinds whose reply is there even when it holds nothing."""


def apply(book: Book, requests: list[Json], user: str) -> list[dict[str, Any]]:
    """Apply requests in order; where one is refused, none has happened."""
    saved = book.saved()
    try:
        replies = [_applied(book, index, given, user) for index, given in enumerate(requests)]
        book.recalculate()
    except Exception:
        book.restore(saved)
        raise
    return replies


def _applied(book: Book, index: int, given: Json, user: str) -> dict[str, Any]:
    if not isinstance(given, dict) or len(given) != 1:
        raise invalid(f"Invalid requests[{index}]: exactly one kind of request must be set.")
    ((kind, body),) = given.items()
    if kind not in KINDS:
        raise invalid(
            f'Invalid JSON payload received. Unknown name "{kind}" at '
            f"'requests[{index}]': Cannot find field."
        )
    try:
        reply = KINDS[kind](book, body or {}, user)
    except ApiError as error:
        message = f"Invalid requests[{index}].{kind}: {error.message}"
        raise ApiError(error.code, error.status, message) from None
    return {kind: reply} if reply or kind in _ALWAYS_ANSWERED else {}
