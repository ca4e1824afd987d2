"""Calls to a spreadsheet without a network, for tests of what is answered."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote

from tests.google_standin.book import Book
from tests.google_standin.server import answered
from tests.google_standin.wire import Request
from tests.google_standin.world import World

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody who calls the API about one spreadsheet."""

    world: World
    book: Book
    token: str = "test"

    def call(self, method: str, path: str, body: Any = None, query: str = "") -> Answer:
        """Return the body of an answer."""
        request = Request(
            method,
            f"/v4/spreadsheets/{self.book.id}{path}",
            parse_qs(query),
            {"authorization": f"Bearer {self.token}"},
            b"" if body is None else json.dumps(body).encode(),
        )
        response, _ = answered(self.world, request)
        assert response is not None
        found: Answer = json.loads(response.encoded())
        return found

    def write(self, place: str, *rows: list[Any], option: str = "RAW") -> Answer:
        """values.update"""
        path = f"/values/{quote(place, safe='')}"
        return self.call("PUT", path, {"values": rows}, f"valueInputOption={option}")

    def types(self, place: str, *rows: list[Any]) -> Answer:
        """values.update as if typed"""
        return self.write(place, *rows, option="USER_ENTERED")

    def append(self, place: str, *rows: list[Any], query: str = "") -> Answer:
        """values.append"""
        path = f"/values/{quote(place, safe='')}:append"
        return self.call("POST", path, {"values": rows}, f"valueInputOption=RAW&{query}")

    def read(self, place: str, query: str = "") -> list[list[Any]]:
        """The values of values.get"""
        found = self.call("GET", f"/values/{quote(place, safe='')}", query=query)
        values: list[list[Any]] = found.get("values", [])
        return values

    def batch(self, *requests: Answer) -> Answer:
        """spreadsheets.batchUpdate"""
        return self.call("POST", ":batchUpdate", {"requests": requests})

    def get(self, fields: str = "", **query: str) -> Answer:
        """spreadsheets.get"""
        words = "&".join(f"{name}={value}" for name, value in query.items())
        return self.call("GET", "", query=f"fields={fields}&{words}" if fields else words)


def rows(first: int, last: int, sheet: int = 0) -> Answer:
    """Return the DimensionRange of rows as people count them."""
    return {"sheetId": sheet, "dimension": "ROWS", "startIndex": first - 1, "endIndex": last}
