"""Templates and what they show -> the bytes of a page; what a page depends on -> its print."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from gettext import NullTranslations
from importlib.metadata import version
from pathlib import Path

from markupsafe import Markup

from digests.archive.addresses import href
from digests.archive.page import Page
from digests.archive.public import Imprint, Public, Slip, seal
from digests.archive.telling import ROOT, Teller
from forms.wording import catalogues, direction, environment

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
ASSETS = HERE / "assets"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)
"""Only what lies in the archive's own folder is ever loaded or run."""


Show = Callable[[], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page shows around its content."""

    title: str
    url: str
    language: str
    direction: str
    form: str
    people: bool
    policy: str = POLICY


class Site:
    """Renders the pages of one archive."""

    def __init__(self, public: Public, imprint: Imprint, words: NullTranslations) -> None:
        self.public = public
        self.imprint = imprint
        self.teller = Teller(public, imprint, words)
        self._frame = Frame(
            title=imprint.title,
            url=imprint.url,
            language=imprint.language,
            direction=direction(imprint.language),
            form=imprint.form,
            people=imprint.people,
        )
        self._templates = environment(TEMPLATES, words)
        self._templates.filters["address"] = href
        self._fragments: dict[str, Markup] = {}
        settings = (imprint.title, imprint.url, imprint.authority, imprint.form)
        switches = (imprint.people, imprint.mentors, imprint.automatic)
        self._print = seal(imprint.secret, settings, switches, make_print(imprint.language))

    def page(self, path: str, template: str, depends: object, show: Show) -> Page:
        """Return a page. `show` gives what the template needs, once the page must be made."""
        return Page(_file(path), self.print(depends), partial(self._made, path, template, show))

    def print(self, *depends: object) -> str:
        """Return the print of something that depends on these and on what all pages share."""
        return seal(self.imprint.secret, self._print, *depends)

    def quick_print(self, depends: str) -> str:
        """Return the print of one of very many pages, which depends on a short word alone."""
        return self._print + depends

    def fragment(self, slip: Slip) -> Markup:
        """Return a report as it stands in lists; made once."""
        if slip.report.id not in self._fragments:
            self._fragments[slip.report.id] = self.item(slip, level=2)
        return self._fragments[slip.report.id]

    def item(self, slip: Slip, *, level: int) -> Markup:
        """Return a report as it stands below a heading of the level above."""
        one = self.teller.report(slip, whole=False)
        made = self._templates.get_template("item.html").render(one=one, root=ROOT, level=level)
        return Markup(made)  # noqa: S704 - a template made it, with everything escaped

    def render(self, template: str, path: str, /, **values: object) -> bytes:
        """Return the bytes of a page at this path."""
        return self.rooted(template, path, "../" * path.count("/") or "./", **values)

    def rooted(self, template: str, path: str, root: str, /, **values: object) -> bytes:
        """Return a page's bytes; `root` is the way to the front."""
        html = self._templates.get_template(template).render(
            site=self._frame, path=path, root=ROOT, **values
        )
        return html.replace(ROOT, root).encode()

    def _made(self, path: str, template: str, show: Show) -> bytes:
        return self.render(template, path, **{"here": "", **show()})


def _file(path: str) -> str:
    return f"{path}index.html" if path.endswith("/") or not path else path


@cache
def make_print(language: str) -> str:
    """Return a print of the program and words that make pages, so that a new version shows."""
    mark = hashlib.blake2b(version("tidings").encode(), digest_size=8)
    makers = [*HERE.glob("*.py"), *HERE.glob("*/*.*"), *HERE.parent.glob("*.py")]
    spoken = [path for name, path in catalogues().items() if name[:2] == language[:2]]
    for path in sorted([*makers, *spoken]):
        mark.update(path.read_bytes())
    return mark.hexdigest()
