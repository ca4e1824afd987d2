"""Words of pages and mails -> the reader's language, through gettext.

The one home of gettext. English is the language of the source, so a language without a
catalogue falls back to it.
"""

import gettext
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

DOMAIN = "tidings"
CATALOGUES = Path(__file__).parent / "locale"

Words = gettext.NullTranslations
"""A catalogue: what translates."""


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Return the catalogue for a language tag such as `en` or `pt-BR`; English when there is none."""
    return gettext.translation(
        DOMAIN, CATALOGUES, languages=[language.replace("-", "_")], fallback=True
    )


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "extract, translate later"
    """Mark a message for extraction; it is translated where it is shown."""
    return message


def environment(templates: Path, words: gettext.NullTranslations) -> Environment:
    """Return the jinja2 environment of a templates folder, autoescaped and speaking `words`."""
    made = Environment(
        loader=FileSystemLoader(templates),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    return made
