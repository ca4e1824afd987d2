"""What a reader's pages say -> HTML, in the reader's language. Pure."""

from functools import cache
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader
from werkzeug.datastructures import LanguageAccept

from digests.render import linked
from forms.html_form import TEMPLATES as FORM_TEMPLATES
from forms.html_form import Notice
from forms.wording import N_, direction, environment, language, spoken, translations

TEMPLATES = Path(__file__).with_name("templates")


class ReaderPages:
    """Every page that a link in a mail opens, in one language."""

    def __init__(self, *, community: str, language: str, form: str = "/") -> None:
        self._words = translations(language)
        self.translate = self._words.gettext
        self._templates = _environment(language)
        self._shared = {
            "community": community,
            "language": language,
            "direction": direction(language),
            "static": "/static/",
            "onward_to": form,
            "onward_words": self.say(N_("Tell what you did")),
        }

    def page(self, template: str, **values: object) -> str:
        """Return a page."""
        return self._templates.get_template(template).render(self._shared | values)

    def notice(self, notice: Notice, *, onward: str = "", label: str = "") -> str:
        """Return a page that says one thing, and may lead to another page."""
        return self.page(
            "notice.html", notice=self.said(notice), onward=onward, label=label and self.say(label)
        )

    def said(self, notice: Notice) -> Notice:
        """Return a notice in the language."""
        return Notice(self.say(notice.heading), self.say(notice.text))

    def say(self, words: str, **values: object) -> str:
        """Return a phrase in the language, with values put in."""
        return self._words.gettext(words).format(**values)


def visitors_language(accepted: LanguageAccept, own: str) -> str:
    """Return what to speak to somebody unknown: their browser's language, else the community's."""
    there = [code for code, _ in spoken(own)]
    return accepted.best_match(there) or language(own)


@cache
def _environment(language: str) -> Environment:
    made = environment(TEMPLATES, translations(language))
    made.loader = ChoiceLoader([FileSystemLoader(TEMPLATES), FileSystemLoader(FORM_TEMPLATES)])
    made.filters["linked"] = linked
    return made
