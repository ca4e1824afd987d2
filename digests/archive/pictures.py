"""What everybody may see -> the figures of the front page: counts of reports, never of people."""

from collections.abc import Sequence
from dataclasses import replace

from digests.archive.public import Slip
from digests.archive.rendering import Site
from digests.figures import Figure, figures
from digests.tallies import tally
from sheets_sync.community import Report


def pictures(site: Site) -> Sequence[Figure]:
    """Return the figures, up to the day of the latest report: they change when reports do."""
    public = site.public
    if not public.slips:
        return ()
    tallies = tally(map(_shown, public.slips), public.community, today=public.slips[-1].day)
    return figures(tallies, site.imprint.language)


def pictures_print(site: Site) -> str:
    """Return the print of all that the figures depend on."""
    people = [(one.id, one.country, one.mentor) for one in site.public.people.values()]
    return site.print([slip.print for slip in site.public.slips], people)


def _shown(slip: Slip) -> Report:
    """Return a report without what pages do not show: other tags, and who is not to be seen."""
    tags = tuple(label.shown for label in slip.labels)
    writer = slip.writer.id if slip.writer else ""
    if (tags, writer) == (slip.report.tags, slip.report.person):
        return slip.report
    return replace(slip.report, tags=tags, person=writer)
