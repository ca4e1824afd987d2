"""Pages say everything in the reader's language and show what people wrote as data."""

import re
from datetime import date
from html.parser import HTMLParser

from forms.definition import DEFAULT, default_form_text, load_form, read_form
from forms.html_form import Filled, Notice, Pages
from forms.rules import Fault, check, split_tags
from forms.wording import Words, translations

FORM = load_form(DEFAULT)
TAGS = tuple(f"tag-{number}" for number in range(20))
ANSWERS = {"reporter": "Ana", "text": "Hello\nyou", "link": "https://example.org/", "tags": "a, b"}
HOSTILE = "\"'><script>alert(1)</script>{{ 7*7 }}{% raw %}"


def english() -> Pages:
    return Pages(FORM, translations("en"), community="Circle", language="en")


class Bracketing(Words):
    """A language in which every message is its English in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


class Spoken(HTMLParser):
    """Collects what a person reads or hears: text, and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        spoken = {"aria-label", "placeholder", "title", "alt", "aria-description"}
        self.words += [value or "" for name, value in attrs if name in spoken]


def unbracketed(page: str) -> list[str]:
    spoken = Spoken()
    spoken.feed(page)
    left = [re.sub(r"⟦[^⟧]*⟧", "", words) for words in spoken.words]
    return [words.strip() for words in left if re.search(r"[A-Za-z]", words)]


def bracketed_pages() -> dict[str, str]:
    words = Bracketing()
    form = read_form(default_form_text(words.gettext), name="form.toml")
    pages = Pages(form, words, community="⟦C⟧", language="en")
    today = date(2026, 11, 23)
    faults = {one.name: check(one, "x y", today=today).faults for one in form.questions}
    faults["text"] = check(form.questions[1], "", today=today).faults
    faults["tags"] = split_tags("x" * 51 + ",".join(map(str, range(99))))[1]
    notice = Notice("Heading", "Text")
    stored = {name: f"⟦{value}⟧" for name, value in ANSWERS.items()}
    tags = tuple(f"⟦{tag}⟧" for tag in TAGS)
    failed = Filled("t", stored, faults, notice, tags, stored=stored, correct="/c")
    return {
        "blank": pages.form(Filled("t", tags=tags)),
        "no tags known": pages.form(Filled("t")),
        "failed": pages.form(failed),
        "personal": pages.form(Filled("t", identity="⟦Ana⟧")),
        "correcting": pages.form(Filled("t", withdraw="/w")),
        "receipt": pages.receipt(notice, stored, correct="⟦c⟧", another="/"),
        "withdraw": pages.withdraw(stored, token="t", back="/", notice=notice),
        "message": pages.message(notice, onward="/"),
    }


def test_no_word_of_any_page_escapes_translation():
    left = [(name, unbracketed(page)) for name, page in bracketed_pages().items()]

    assert [(name, words) for name, words in left if words] == []


def test_what_people_wrote_is_never_markup():
    # fault 15
    hostile = dict.fromkeys((one.name for one in FORM.questions), HOSTILE)
    fault = Fault("{value}", "{value}", {"value": HOSTILE})
    filled = Filled(HOSTILE, hostile, {"text": (fault,)}, tags=(HOSTILE,), stored=hostile)
    pages = english()

    for page in (
        pages.form(filled),
        pages.receipt(Notice("a", "b"), hostile, correct="/c", another="/"),
        pages.withdraw(hostile, token=HOSTILE, back="/"),
    ):
        assert "<script" not in page
        assert "49" not in page
        assert "{{ 7*7 }}" in page


def test_only_web_addresses_become_links():
    # fault 15
    pages = english()

    def links(link: str) -> list[str]:
        page = pages.receipt(Notice("a", "b"), {"link": link}, correct="", another="/x")
        return re.findall(r'<a[^>]* href="([^"]*)"', page)

    assert links("https://example.org/") == ["https://example.org/", "/x"]
    assert links("javascript:alert(1)") == ["/x"]


def test_faults_are_told_at_the_top_and_at_the_field():
    page = english().form(
        Filled("t", {"reporter": "Ana"}, {"text": (Fault("nothing is told", "write it"),)})
    )

    assert "<title>Error: What have you been up to? · Circle</title>" in page
    assert '<a href="#text"><bdi>What happened?</bdi></a><br>Nothing is told. Write it.' in page
    assert '<p class="fault" id="text-fault">Nothing is told. Write it. </p>' in page
    assert 'aria-describedby="text-help text-fault" aria-invalid="true"' in page
    assert 'value="Ana"' in page


def test_known_tags_that_were_typed_are_ticked_and_the_others_stay_typed():
    page = english().form(Filled("t", {"tags": "#TAG-1, Italy"}, tags=TAGS))

    assert re.findall(r'value="([^"]*)" checked', page) == ["tag-1"]
    assert 'name="tags" type="text" value="Italy"' in page


def test_nothing_typed_is_dropped_where_the_tags_are_too_many():
    many = ", ".join(f"tag-{number}" for number in range(30))

    page = english().form(Filled("t", {"tags": many}, tags=TAGS))

    assert "checked" not in page
    assert f'value="{many}"' in page


def test_a_date_that_is_none_stays_in_a_field_that_shows_it():
    assert 'type="text" value="7/8/2020"' in english().form(Filled("t", {"date": "7/8/2020"}))
    assert 'type="date" value="2026-11-23"' in english().form(Filled("t", {"date": "2026-11-23"}))


def test_right_to_left_languages_are_set_so():
    page = Pages(FORM, translations("fa"), community="C", language="fa").form(Filled("t"))

    assert '<html lang="fa" dir="rtl">' in page
