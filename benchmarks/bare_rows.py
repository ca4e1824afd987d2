"""A large community's rows -> one pydantic validation of them, which a sync stands beside."""

import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, EmailStr, Field, HttpUrl, TypeAdapter

from benchmarks.large_community import FIRST_DAY, ROWS, invented_tabs
from sheets_sync.spreadsheet import Cell


class ReportModel(BaseModel):
    """A row of Reports with the kinds that its columns have."""

    date: date
    reporter: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(max_length=32_000)]
    tags: Annotated[str, Field(max_length=1_200)]
    link: HttpUrl | Literal[""]
    about: str
    outcome: str
    decision: Literal["", "ok", "hide"]
    id: str
    received: datetime
    source: str
    status: Literal["ok", "check", "unmatched", "held", "hidden", "withdrawn"]
    problem: str
    mentor: str


class PersonModel(BaseModel):
    """A row of People with the kinds that its columns have."""

    name: Annotated[str, Field(min_length=1)]
    email: EmailStr | Literal[""]
    username: str
    groups: str


class PairModel(BaseModel):
    """A row of Mentors."""

    mentee: Annotated[str, Field(min_length=1)]
    mentor: Annotated[str, Field(min_length=1)]


class TagModel(BaseModel):
    """A row of Tags."""

    tag: Annotated[str, Field(min_length=1)]


def bare_validation() -> Iterator[float]:
    """Seconds of one pydantic validation of the rows of each tab."""
    tabs = invented_tabs(ROWS)
    sheets = (
        (
            TypeAdapter(list[ReportModel]),
            [_settled(*at_row) for at_row in enumerate(tabs["Reports"])],
        ),
        (TypeAdapter(list[PersonModel]), tabs["People"]),
        (TypeAdapter(list[PairModel]), tabs["Mentors"]),
        (TypeAdapter(list[TagModel]), tabs["Tags"]),
    )
    while True:
        began = time.process_time()
        found = [
            adapter.validate_python([dict(zip(header, row, strict=False)) for row in rows])
            for adapter, (header, *rows) in sheets
        ]
        yield time.process_time() - began
        assert len(found[0]) == ROWS


def _settled(at: int, row: Sequence[Cell]) -> Sequence[object]:
    """Return a row of Reports as it stands after a sync, with dates as pydantic takes them."""
    if at == 0:
        return row
    reporter, words, tags, link, about = row[1:]
    day = FIRST_DAY + timedelta(days=at * 5_600 // ROWS)
    received = datetime(2026, 11, 23, 8)  # noqa: DTZ001 - the spreadsheet's own zone
    typed = (day, reporter, words, tags or "", link or "", about or "", "", "")
    return (*typed, f"r-{at:010}", received, "sheet", "ok", "", reporter)
