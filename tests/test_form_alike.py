"""What the page accepts, the Google Form's way stores identically."""

import tempfile
from datetime import UTC, date, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from sheets_sync.links import Links
from sheets_sync.settings import FormSettings
from sheets_sync.state import open_state
from sheets_sync.web import Desk, create_app
from tests.form_story import FormStory, form_story
from tests.test_form_publishing import KINDS
from tests.web.visitor import Visitor

TODAY = date(2026, 11, 23)
letters = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
blanks = st.text(" \t\n\r\u200b\u00a0\u2028", max_size=3)
words = st.builds("{}{}{}".format, blanks, letters, blanks)
tags = st.lists(
    st.one_of(letters, st.sampled_from(["#press", "Italy", "working group", "日本", "بلد"])),
    max_size=6,
)
ANSWERS = st.fixed_dictionaries(
    {"reporter": words, "text": words},
    optional={
        "date": st.dates(TODAY - timedelta(days=400), TODAY).map(date.isoformat),
        "tags": st.builds(str.join, st.sampled_from([",", ", ", ";", " ", "\n", "、"]), tags),
        "email": st.sampled_from(["ana@example.org", " Ana.B@example.org ", "müller@example.org"]),
        "link": st.sampled_from(
            [
                "https://example.org/a?b=c#d",
                "example.org/x",
                " http://example.org ",
                "a.org",
            ]
        ),
        "mood": st.sampled_from(["good", "so-so", " bad", ""]),
    },
)


class TwoWays:
    """One form, asked by the page and by Google, each with a journal of its own."""

    def __init__(self, told: FormStory, folder: Path) -> None:
        self.told = told
        self.other = open_state("sqlite:page.db", folder=folder, create=True)
        many = FormSettings(minimum_seconds=0, per_address_hour=10**6, in_all_hour=10**6)
        self._visitor = Visitor(
            create_app(
                Desk(
                    form=told.form,
                    journal=self.other.journal,
                    links=Links("a secret for tests"),
                    settings=many,
                    name="Riverside",
                    community=lambda: None,
                    now=lambda: told.now,
                    zone=UTC,
                )
            )
        )

    def page_takes(self, answers: dict[str, str]) -> bool:
        """Send the page; say whether it accepted."""
        return self._visitor.send(**answers).status_code == 303

    def stored(self) -> tuple[object, object]:
        """Return the newest entry of both journals, as far as the way does not show in it."""
        by_page = self.other.journal.unwritten()[-1].submission
        by_google = self.told.state.journal.unwritten()[-1].submission
        return (by_page.act, by_page.answers), (by_google.act, by_google.answers)


@pytest.fixture(scope="module")
def ways():
    with (
        tempfile.TemporaryDirectory() as name,
        form_story(Path(name), published=False) as told,
    ):
        told.asks(KINDS)
        told.publish()
        two = TwoWays(told, Path(name))
        yield two
        two.other.close()


@settings(max_examples=60, deadline=None)
@given(typed=ANSWERS)
def test_what_the_page_accepts_google_s_way_stores_identically(ways, typed):
    accepted = ways.page_takes(typed)
    event(f"accepted: {accepted}")
    assume(accepted)
    ways.told.pass_time(seconds=61)
    ways.told.answers(**typed)

    ways.told.collect()

    by_page, by_google = ways.stored()
    assert by_google == by_page
