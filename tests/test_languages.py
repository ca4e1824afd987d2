"""Mails, pages and a new community speak the language of their reader."""

from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import Browser

from digests.edition import Past
from digests.render import Mail
from digests.subscribers import subscribers
from forms.definition import default_form_text, read_form
from forms.html_form import Filled, Pages
from forms.wording import catalogues, spoken, translations
from sheets_sync.first_tags import FIRST_TAGS
from sheets_sync.founding import Answers, found
from tests.digest_story import TODAY, lively_stock, report, stock
from tests.test_render import READER, mail_of

LANGUAGES = [name.replace("_", "-") for name in catalogues()]


def lively_mail(language: str, who: str = "olu") -> Mail:
    new = lively_stock()
    readers = subscribers(new.community, opt_in=False, today=TODAY)
    one = next(reader for reader in readers if reader.id == who)
    past = Past(marks={reader.id: 0 for reader in readers})
    return mail_of(new, replace(one, language=language), past=past)


def form_page(language: str) -> str:
    words = translations(language)
    form = read_form(default_form_text(words.gettext), name="form.toml")
    return Pages(form, words, community="Circle", language=language).form(Filled("t"))


def english_sentences(language: str) -> list[str]:
    """Return the English of whole sentences without placeholders, which nobody writes by chance."""
    with catalogues()[language.replace("-", "_")].open("rb") as file:
        ids = [message.id for message in read_po(file) if isinstance(message.id, str)]
    return [said for said in ids if said.count(" ") > 1 and not set("{%") & set(said)]


@pytest.mark.parametrize(
    ("language", "day", "older", "subject"),
    [
        ("de", "23. November\n", "19. Oktober 2025\n", "2 Berichte"),
        ("pt-BR", "23 de novembro\n", "19 de outubro de 2025\n", "2 relatos"),
        ("it", "23 novembre\n", "19 ottobre 2025\n", "2 resoconti"),
        ("es", "23 de noviembre\n", "19 de octubre de 2025\n", "2 informes"),
        ("fr", "23 novembre\n", "19 octobre 2025\n", "2 comptes rendus"),
        ("en", "November 23\n", "October 19, 2025\n", "2 reports"),
    ],
)
def test_a_mail_has_its_readers_words_and_dates(
    language: str, day: str, older: str, subject: str
) -> None:
    past_year = TODAY.replace(year=2025, month=10, day=19)
    new = stock([report(1, date=TODAY.replace(day=23)), report(2, date=past_year)])

    mail = mail_of(new, replace(READER, language=language))

    assert f"· {day}" in mail.text
    assert f"· {older}" in mail.text
    assert subject in mail.subject
    assert f'<html lang="{language}" dir="ltr">' in mail.html


def test_a_german_mail_has_german_headings() -> None:
    mail = lively_mail("de")

    for heading in ("Länger nicht gesehen", "Was du tun kannst", "2 Probleme zu beheben"):
        assert heading.casefold() in mail.text.casefold()
        assert heading in mail.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_english_sentence_is_left_in_a_mail_or_the_form(language: str) -> None:
    mail = lively_mail(language)
    shown = " ".join(f"{mail.text} {mail.html} {form_page(language)}".split())
    english, sentences = form_page("en"), english_sentences(language)

    assert [said for said in sentences if said in shown] == []
    assert [said for said in sentences if said in english] != []


def test_the_form_of_an_italian_community_is_italian() -> None:
    page = form_page("it")

    assert '<html lang="it" dir="ltr"' in page
    assert "Cosa è successo?" in page
    assert "Invia" in page


def test_a_new_community_gets_its_form_in_its_language(tmp_path: Path) -> None:
    found(tmp_path, Answers("Cerchio", ["ana@example.org"], language="it"), {})

    form = (tmp_path / "form.toml").read_text("utf-8")

    assert 'label = "Cosa è successo?"' in form
    assert "What happened?" not in form


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_tags_are_short_lower_case_and_all_different(language: str) -> None:
    tags = [translations(language).gettext(tag) for tag, _ in FIRST_TAGS]

    assert len(set(tags)) == len(FIRST_TAGS)
    for tag in tags:
        assert tag == tag.lower()
        assert tag.replace("-", "").isalpha()
        assert len(tag) <= 20


def test_readers_choose_among_the_languages_by_their_own_names() -> None:
    names = dict(spoken())

    assert sorted(names) == ["de", "en", "es", "fr", "it", "pt-BR"]
    assert names["de"] == "Deutsch"
    assert names["pt-BR"] == "português (Brasil)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_words_fit_on_a_phone(browser: Browser, language: str) -> None:
    phone = browser.new_page(viewport={"width": 360, "height": 800})
    try:
        for html in (lively_mail(language).html, form_page(language)):
            phone.set_content(html)
            assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    finally:
        phone.close()
