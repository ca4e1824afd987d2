"""What everybody may see -> the figures of the front page: counts of reports, never of people."""

from collections.abc import Sequence
from dataclasses import replace

from digests.archive.rendering import Site
from digests.figures import Figure, figures
from digests.tallies import tally


def pictures(site: Site) -> Sequence[Figure]:
    """Return the figures, up to the day of the latest report: they change when reports do."""
    public = site.public
    if not public.slips:
        return ()
    shown = [
        # Without what the pages do not show: other tags, and people who are not to be seen.
        replace(
            slip.report,
            tags=tuple(label.shown for label in slip.labels),
            person=slip.writer.id if slip.writer else "",
        )
        for slip in public.slips
    ]
    tallies = tally(shown, public.community, today=public.slips[-1].day)
    return figures(tallies, site.imprint.language)


def pictures_print(site: Site) -> str:
    """Return the print of all that the figures depend on."""
    people = [(one.id, one.country, one.mentor) for one in site.public.people.values()]
    return site.print([slip.print for slip in site.public.slips], people)
