"""Rows as found, and the reports known before -> which row is which report.

Pure but for the fresh ids. A row number never identifies anything: the `id` column does, and
where it is gone, the content does if that is unique (faults 28 to 30).
"""

import hashlib
import re
import secrets
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base32: no i, l, o, u."""

_LETTERS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))

WELL_FORMED = re.compile(rf"r-[{ALPHABET}]{{10}}")


def new_report_id() -> str:
    """Return a fresh id; 50 random bits, and never a number to a spreadsheet."""
    return _report_id(secrets.token_bytes(10))


def report_id_for(key: str) -> str:
    """Return the id of the report that comes with a submission's key, always the same."""
    return _report_id(hashlib.sha256(key.encode()).digest()[:10])


def _report_ids() -> Iterator[str]:
    """Yield fresh ids, for many rows: to ask for each one's bits takes twice as long."""
    while bits := secrets.token_bytes(10 * 64):
        yield from (_report_id(bits[at : at + 10]) for at in range(0, len(bits), 10))


def _report_id(random: bytes) -> str:
    return f"r-{random.translate(_LETTERS).decode()}"


class Found(NamedTuple):
    """What a row shows of its identity: the id cell, and a print of what people typed."""

    id: str
    content: str
    away: bool = False
    """The report of this id was last seen in another tab."""


class Identity(NamedTuple):
    """Whose row it is. With a `question` there is no id until a person answers."""

    id: str
    fresh: bool = False
    copied_from: str = ""
    question: str = ""


def identify(
    rows: Sequence[Found],
    *,
    known: Mapping[str, str],
    elsewhere: Collection[str] = (),
    at_home: Collection[str] = (),
) -> list[Identity]:
    """Tell for each row which report it is.

    `known` maps the ids of all reports ever seen to the print of their content; `elsewhere` holds
    ids that stand in another tab or wait in the journal, which no row can be matched to;
    `at_home` those that stand in the tab in which they were, so that a row away is a copy.
    """
    claims = _claims(rows, known, at_home)
    claimed = {claim for claim in claims if claim} | set(elsewhere)
    vanished = defaultdict(list)
    for id, content in known.items():
        if id not in claimed:
            vanished[content].append(id)
    wanting = Counter(row.content for row, claim in zip(rows, claims, strict=True) if claim is None)
    return list(_decide(rows, claims, known, vanished, wanting))


def _claims(
    rows: Sequence[Found], known: Mapping[str, str], at_home: Collection[str]
) -> list[str | None]:
    """Return the id that each row rightly bears, "" where it is settled to be new, else None."""
    seen: set[str] = set()
    claims: list[str | None] = []
    for row in rows:
        if not row.id:
            claims.append(None)
        elif not WELL_FORMED.fullmatch(row.id):
            claims.append("" if row.id.casefold() == "new" else None)
        elif row.id in seen or (row.away and row.id in at_home):
            claims.append("")
        elif row.id in known:
            seen.add(row.id)
            claims.append(row.id)
        else:
            seen.add(row.id)
            claims.append(None)
    return claims


def _decide(
    rows: Sequence[Found],
    claims: Sequence[str | None],
    known: Mapping[str, str],
    vanished: Mapping[str, Sequence[str]],
    wanting: Mapping[str, int],
) -> "list[Identity]":
    decided = []
    adopted: set[str] = set()
    fresh_ids = _report_ids()
    for row, claim in zip(rows, claims, strict=True):
        if claim:
            decided.append(Identity(claim))
            continue
        well_formed = bool(row.id and WELL_FORMED.fullmatch(row.id))
        if claim == "":
            copied = row.id if well_formed else ""
            decided.append(Identity(next(fresh_ids), fresh=True, copied_from=copied))
            continue
        candidates = vanished.get(row.content, ())
        if len(candidates) == 1 and wanting[row.content] == 1:
            decided.append(Identity(candidates[0]))
        elif well_formed and row.id not in adopted:
            # An id of ours that this state never saw: a lost database, or another machine's row.
            adopted.add(row.id)
            decided.append(Identity(row.id, fresh=True))
        elif candidates:
            decided.append(Identity("", question=" or ".join(sorted(candidates)[:3])))
        else:
            decided.append(Identity(next(fresh_ids), fresh=True))
    return decided
