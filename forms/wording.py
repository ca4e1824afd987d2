"""Words, dates and direction of pages and mails -> the reader's language.

The one home of gettext and Babel. English is the language of the source, so a language without a
catalogue falls back to it. Catalogues are read as translators leave them; nothing is compiled.
"""

import gettext
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from types import CodeType

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.bccache import Bucket

DOMAIN = "tidings"
CATALOGUES = Path(__file__).parent / "locale"

Words = gettext.NullTranslations
"""A catalogue: what translates."""


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Return the catalogue for a language such as `en` or `pt-BR`; English when there is none.

    A variant without a catalogue of its own gets that of its language: `de-AT` reads `de`, and
    `pt-PT` rather `pt_BR` than English.
    """
    wanted = language.replace("-", "_")
    general = wanted.partition("_")[0]
    near = [name for name in catalogues() if name.partition("_")[0] == general]
    for name in (wanted, general, *near):
        if name in catalogues():
            return _catalogue(catalogues()[name])
    return gettext.NullTranslations()


@cache
def catalogues() -> Mapping[str, Path]:
    """Return where the catalogue of each language stands, by its name such as `pt_BR`."""
    found = sorted(CATALOGUES.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
    return {path.parent.parent.name: path for path in found}


def _catalogue(path: Path) -> gettext.NullTranslations:
    with path.open("rb") as file:
        read = read_po(file, locale=path.parent.parent.name)
    compiled = BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def N_(message: str) -> str:
    """Mark a message for extraction; it is translated where it is shown."""
    return message


class _Compiled(BytecodeCache):
    """Templates, each compiled once for all languages."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def environment(templates: Path, words: gettext.NullTranslations) -> Environment:
    """Return the jinja2 environment of a templates folder, autoescaped and speaking `words`."""
    made = Environment(
        loader=FileSystemLoader(templates),
        bytecode_cache=_COMPILED,
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    return made


@cache
def language(*wishes: str) -> str:
    """Return the first wish that is a language, as `en` or `pt-BR`; English when none is."""
    for wish in wishes:
        try:
            return str(Locale.parse(wish.strip().replace("_", "-"), sep="-")).replace("_", "-")
        except (ValueError, UnknownLocaleError):
            continue
    return "en"


def spoken(*further: str) -> list[tuple[str, str]]:
    """Return the languages that words are there in, and these, each with its own name."""
    there = [path.name.replace("_", "-") for path in CATALOGUES.glob("*") if path.is_dir()]
    codes = dict.fromkeys(language(code) for code in ("en", *sorted(there), *further))
    locales = {code: Locale.parse(code, sep="-") for code in codes}
    return [(code, str(found.get_display_name())) for code, found in locales.items()]


def direction(language: str) -> str:
    """Return which way a language is written: `ltr` or `rtl`."""
    return Locale.parse(language, sep="-").text_direction


@cache
def day(when: date, language: str, *, today: date) -> str:
    """Return a day as people write it, with the year where it is not this year."""
    locale = Locale.parse(language, sep="-")
    if when.year == today.year:
        return format_skeleton("MMMMd", when, locale=locale)
    return format_date(when, "long", locale=locale)


def time_of_day(when: datetime, language: str) -> str:
    """Return the time on the clock where `when` was, as people write it: `16:30`, or `4:30 PM`."""
    return format_time(when.time(), "short", locale=Locale.parse(language, sep="-"))


@cache
def dated(when: date, skeleton: str, language: str) -> str:
    """Return parts of a day as people write them, such as `yMMM` for the month."""
    return format_skeleton(skeleton, when, locale=Locale.parse(language, sep="-"))


def number(count: float, language: str) -> str:
    """Return a number as people write it: `56,290`, or `56.290`."""
    return format_decimal(count, locale=Locale.parse(language, sep="-"))


@cache
def whole_day(when: date, language: str) -> str:
    """Return a day as people write it, always with its year: for what is read years later."""
    return str(format_date(when, "long", locale=Locale.parse(language, sep="-")))
