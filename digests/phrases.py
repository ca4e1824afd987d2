"""Reasons, subjects and names -> words in the reader's language, for text or for HTML.

What people wrote is only ever a value put into a phrase; it is never part of the pattern.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from gettext import NullTranslations

from markupsafe import Markup, escape

from digests.edition import Content, Reason, Why
from forms.hashtags import spelling
from forms.wording import N_

Isolate = Callable[[str], str]
"""Keeps a name's own direction from disturbing the words around it."""

REASONS = {
    Why.EVERYTHING: N_("you get everything"),
    Why.TAGGED: N_("tagged {names}"),
    Why.UNTAGGED: N_("it has no tag"),
    Why.BY: N_("written by {names}"),
    Why.MENTEE: N_("your mentee"),
    Why.MENTORED: N_("mentee of {names}"),
    Why.FILTER: N_("your filter: {names}"),
}
_MOST_TAGS_IN_SUBJECT = 3
_NOT_LATIN_ONLY = re.compile(r"[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufefc]")


def isolated_text(name: str) -> str:
    """Return a name for plain text, isolated where it could turn the direction."""
    return f"\u2068{name}\u2069" if _NOT_LATIN_ONLY.search(name) else name


def isolated_html(name: str) -> Markup:
    """Return a name for HTML, escaped and isolated."""
    return Markup("<bdi>{}</bdi>").format(name)


def why_text(reason: Reason, words: NullTranslations) -> str:
    """Return why a report is in the mail, for plain text."""
    names = ", ".join(isolated_text(name) for name in reason.names)
    return words.gettext(REASONS[reason.why]).format(names=names)


def why_html(reason: Reason, words: NullTranslations) -> Markup:
    """Return why a report is in the mail, for HTML."""
    names = Markup(", ").join(isolated_html(name) for name in reason.names)
    return escape(words.gettext(REASONS[reason.why])).format(names=names)


def subject(content: Content, week: int, words: NullTranslations) -> str:
    """Return the subject: what is in the mail, and of which week it is. One line."""
    what = headline(content, words)
    return words.gettext(N_("{what} · Week {week}")).format(what=what, week=week)


def headline(content: Content, words: NullTranslations) -> str:
    """Return what is in the mail, on one line."""
    count = len(content.reports) + content.more
    if count:
        reports = words.ngettext("{count} report", "{count} reports", count).format(count=count)
        tags = top_tags(content)
        return (
            words.gettext(N_("{reports}: {tags}")).format(reports=reports, tags=tags)
            if tags
            else reports
        )
    if content.asked_since is not None:
        return words.gettext(N_("Are you still in?"))
    if things := _to_look_at(content):
        return words.ngettext(
            "{count} thing to look at", "{count} things to look at", things
        ).format(count=things)
    quiet = len(content.quiet)
    return words.ngettext(
        "{count} person not seen lately", "{count} people not seen lately", quiet
    ).format(count=quiet)


def _to_look_at(content: Content) -> int:
    things = len(content.unanswered) + len(content.leaning)
    if content.desk is not None:
        at = content.desk
        things += sum(map(len, (at.waiting, at.problems, at.orphans, at.trends, at.notes)))
    return things


def top_tags(content: Content) -> str:
    """Return the most used tags of a mail's reports as one short line."""
    items = (item for section in content.sections for item in section.items)
    spelled: dict[str, str] = {}
    counted: Counter[str] = Counter()
    for item in items:
        for tag in item.report.tags:
            shown = spelling(safe_line(tag))
            if shown and "@" not in shown:
                counted[spelled.setdefault(shown.casefold(), shown)] += 1
    top = [tag for tag, _ in counted.most_common(_MOST_TAGS_IN_SUBJECT)]
    more = " …" if len(counted) > len(top) else ""
    return ", ".join(shortened(tag, 24) for tag in top) + more


def safe_line(typed: str) -> str:
    """Return what was typed on one line, without controls and direction marks (fault 70)."""
    if typed.isascii() and typed.isprintable():
        return " ".join(typed.split())
    visible = (c if unicodedata.category(c) not in {"Cc", "Zl", "Zp"} else " " for c in typed)
    return " ".join(
        "".join(c for c in visible if unicodedata.category(c) not in {"Cf", "Cs"}).split()
    )


def shortened(text: str, longest: int) -> str:
    """Return a text of at most so many characters, the last one an ellipsis where it was cut."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def week_of(issue: str) -> int:
    """Return the number of an issue's week: 48 for `2026-W48`."""
    return int(issue.rpartition("W")[2])


def listed(names: Sequence[str]) -> str:
    """Return names for plain text, one after the other."""
    return ", ".join(isolated_text(name) for name in names)
