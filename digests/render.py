"""Editions -> mails as subject, text and HTML.

What several readers get alike is rendered once; only what is personal is filled in.
"""

from dataclasses import dataclass

from digests.edition import Edition
from sheets_sync.links import Links


@dataclass(frozen=True, slots=True)
class Masthead:
    """What every mail of a community says about itself."""

    community: str
    language: str
    """The community's; for readers who chose none."""
    form_url: str
    """Where anybody reports, when there is no personal link; may be empty."""
    contact: str
    """A mailbox that a person reads: questions, and leaving while there is no public address."""
    more_url: str = ""
    """Where the reports that did not fit can be read; may be empty."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail's words. `html` is empty for readers who want plain text."""

    subject: str
    text: str
    html: str
    reports: tuple[str, ...]
    """Ids of the reports that are in it; fewer than the edition's when it did not fit."""


class Renderer:
    """Renders the editions of one issue."""

    def __init__(self, masthead: Masthead, links: Links) -> None:
        self._masthead = masthead
        self._links = links

    def render(self, edition: Edition) -> Mail:
        """Return the mail for one subscriber."""
        raise NotImplementedError
