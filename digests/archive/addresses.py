"""People and tags -> addresses that last, of characters that every server and browser carries.

Pure: which addresses were given before is an argument.
"""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from digests.masking import without_addresses
from sheets_sync.community import Person

LONGEST = 60
LONGEST_BYTES = 120
"""File systems allow 255 for a name."""
_BARE = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}  # noqa: RUF001
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where people's pages are."""

    now: Mapping[str, str] = field(default_factory=dict)
    """Internal id -> address."""
    before: Mapping[str, str] = field(default_factory=dict)
    """Address that somebody had under another name -> the internal id; it leads to the new one."""
    new: Mapping[str, str] = field(default_factory=dict)
    """Address -> internal id, of those given just now: to be remembered."""


def give_addresses(people: Iterable[Person], known: Mapping[str, str]) -> Addresses:
    """Return an address for each person; `known` are all that were ever given, with whose they are.

    An address is made of the username, else of the name. Who is renamed gets another one, and
    keeps the old one beside it; nobody ever gets what was somebody else's.
    """
    theirs: dict[str, list[str]] = {}
    for address, id in known.items():
        theirs.setdefault(id, []).append(address)
    taken, now, new = set(known), {}, {}
    for person in sorted(people, key=lambda one: one.id):
        wanted = _wanted(person)
        kept = [one for one in theirs.get(person.id, ()) if _is_of(one, wanted)]
        address = min(kept, key=len) if kept else _free(wanted, taken)
        if not kept:
            taken.add(address)
            new[address] = person.id
        now[person.id] = address
    before = {a: p for a, p in known.items() if p in now and a != now[p]}
    return Addresses(now, before, new)


def tag_address(key: str) -> str:
    """Return the address of a tag or category by its key: letters of any script stay readable."""
    letters = (c if unicodedata.category(c)[0] in "LMN" else "-" for c in key)
    plain = re.sub("-+", "-", unicodedata.normalize("NFC", "".join(letters)))
    if plain == key and len(plain.encode()) <= LONGEST_BYTES:
        return plain
    # No key holds a tilde and stays as it is, so that two tags never meet at one address.
    return f"{_cut(plain).strip('-')}~{short_print(key)}"


def href(path: str) -> str:
    """Return a page's path as it stands in a link."""
    return quote(path, safe="/~-._")


def short_print(text: str) -> str:
    """Return eight characters that stand for a text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def _wanted(person: Person) -> str:
    for name in (person.username, person.name):
        if address := _in_ascii(without_addresses(name)):
            return address
    return f"m-{short_print(person.id)}"


def _in_ascii(name: str) -> str:
    """Return a name in small Latin letters without accents; nothing where any would get lost."""
    bare = unicodedata.normalize("NFKD", name.casefold().translate(_BARE))
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    if any(c.isalnum() and not c.isascii() for c in bare):
        return ""
    return re.sub("[^a-z0-9]+", "-", bare).strip("-")[:LONGEST].strip("-")


def _is_of(address: str, wanted: str) -> bool:
    return re.fullmatch(rf"{re.escape(wanted)}(?:-[0-9]+)?", address) is not None


def _free(wanted: str, taken: Collection[str]) -> str:
    address, number = wanted, 1
    while address in taken:
        number += 1
        address = f"{wanted}-{number}"
    return address


def _cut(text: str) -> str:
    return text.encode()[: LONGEST_BYTES // 2].decode(errors="ignore")
