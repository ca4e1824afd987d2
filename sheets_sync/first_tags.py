"""A community's language -> the tags with which its Tags tab begins."""

from collections.abc import Mapping, Sequence

from forms.wording import N_, translations
from sheets_sync.spreadsheet import Value
from sheets_sync.tags import key

FIRST_TAGS = (
    (N_("mentorship"), N_("Helping somebody along: talks, advice, reviews.")),
    (N_("onboarding"), N_("The first steps of somebody new.")),
    (N_("working-group"), N_("Meetings and work of a group.")),
    (N_("planning"), N_("Getting something ready.")),
    (N_("press"), N_("Journalists, interviews, articles.")),
    (N_("local-community"), N_("What happens where you live.")),
)


def first_rows(language: str) -> Sequence[Sequence[Value]]:
    """Return the rows of the tab: tag, same as, category, description."""
    say = translations(language).gettext
    return [[say(tag), None, None, say(about)] for tag, about in FIRST_TAGS]


def first_spelled(language: str) -> Mapping[str, str]:
    """Return the spellings in them by key: people's own replace them, once there are some."""
    say = translations(language).gettext
    return {key(say(tag)): say(tag) for tag, _ in FIRST_TAGS}


def mentorship_word(language: str) -> str:
    """Return the tag of mentorship."""
    return translations(language).gettext(FIRST_TAGS[0][0])
