"""Tallies -> figures in a reader's language: a picture, what it says, and the numbers behind it.

Pure. Whoever shows them adds STYLE to the style sheet of the page; nothing else is needed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Template
from markupsafe import Markup

from digests.drawing import Drawing, curves, lying, stacked
from digests.phrases import safe_line
from digests.tallies import OverTime, Place, Span, Tallies
from forms.wording import N_, Words, dated, environment, number, translations

TEMPLATES = Path(__file__).parent / "templates"
STYLE = (TEMPLATES / "figures.css").read_text("utf-8")
"""For the style sheet of the page: light and dark, and for the eyes of everybody."""
SKELETONS = {Span.WEEK: "yMMMd", Span.MONTH: "yMMM", Span.QUARTER: "yQQQ", Span.YEAR: "y"}
PERIODS = {
    Span.WEEK: N_("Week from"),
    Span.MONTH: N_("Month"),
    Span.QUARTER: N_("Quarter"),
    Span.YEAR: N_("Year"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; `header` and `rows` are the numbers behind the picture."""

    name: str
    """The same in every language: `reports`, `tags`, `mentoring`, `countries`."""
    title: str
    description: str
    """What the picture shows, for those who do not see it."""
    note: str
    header: tuple[str, ...]
    """What the first column is, then the name of each line."""
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    drawing: Drawing
    language: str

    @property
    def html(self) -> Markup:
        """Return it for a page: a `figure` with the picture, a legend, and a table behind it."""
        shown = _template(self.language).render(figure=self, number=self.number)
        return Markup(shown)  # noqa: S704 - the template escapes

    def number(self, count: int) -> str:
        """Return a count as the figure's readers write it."""
        return number(count, self.language)


def figures(tallies: Tallies, language: str) -> tuple[Figure, ...]:
    """Return every figure that has anything to show."""
    studio = _Studio(language, translations(language))
    several = studio.say(N_("The most used tags; a report with several counts under each."))
    made = [
        studio.over_time("reports", N_("Reports over time"), tallies.reports, stacked),
        studio.over_time("tags", N_("Tags over time"), tallies.tags, stacked, several),
        studio.over_time("mentoring", N_("Mentoring"), tallies.mentoring, curves),
        studio.countries(tallies.countries),
    ]
    return tuple(one for one in made if one.rows and len(one.header) > 1)


@dataclass(frozen=True, slots=True)
class _Studio:
    """Makes figures in one language."""

    language: str
    words: Words

    def say(self, message: str) -> str:
        return self.words.gettext(message)

    def over_time(
        self,
        name: str,
        title: str,
        counted: OverTime,
        draw: Callable[[Sequence[Sequence[int]], Sequence[str]], Drawing],
        note: str = "",
    ) -> Figure:
        periods = [dated(day, SKELETONS[counted.span], self.language) for day in counted.begins]
        names = [
            self.say(line.name) if line.is_word else safe_line(line.name) for line in counted.lines
        ]
        counts = [line.counts for line in counted.lines]
        rows = zip(periods, zip(*counts, strict=True), strict=False)
        return Figure(
            name,
            self.say(title),
            self._over(periods, names, [sum(line) for line in counts]),
            note,
            (self.say(PERIODS[counted.span]), *names),
            tuple(rows),
            draw(counts, periods),
            self.language,
        )

    def countries(self, places: Sequence[Place]) -> Figure:
        names = [self.say(one.name) if one.is_word else safe_line(one.name) for one in places]
        counts = [one.count for one in places]
        shown = [number(count, self.language) for count in counts]
        return Figure(
            "countries",
            self.say(N_("Countries")),
            self._listed(names, counts),
            "",
            (self.say(N_("Country")), self.say(N_("Reports"))),
            tuple(zip(names, ((count,) for count in counts), strict=True)),
            lying(counts, names, shown),
            self.language,
        )

    def _over(self, periods: Sequence[str], names: Sequence[str], totals: Sequence[int]) -> str:
        if not periods:
            return ""
        return self.say(N_("{first} to {last}. {lines}")).format(
            first=periods[0], last=periods[-1], lines=self._listed(names, totals)
        )

    def _listed(self, names: Sequence[str], counts: Sequence[int]) -> str:
        return "; ".join(self._each(names, counts))

    def _each(self, names: Sequence[str], counts: Sequence[int]) -> Iterator[str]:
        for name, count in zip(names, counts, strict=True):
            yield f"{name}: {number(count, self.language)}"


@cache
def _template(language: str) -> Template:
    return environment(TEMPLATES, translations(language)).get_template("figure.html")
