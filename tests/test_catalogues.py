"""The catalogues: complete, with every placeholder, and of the words that the source has now."""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from forms.wording import catalogues, translations

ROOT = Path(__file__).parent.parent
PLACEHOLDER = re.compile(r"\{\w*\}|%\(\w+\)[a-z]")


def catalogue(path: Path, language: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Return the words that stand in the source now."""
    template = tmp_path_factory.mktemp("words") / "tidings.pot"
    told = ["-F", "pyproject.toml", "-k", "N_", "-k", "counted:1,2", "-o", str(template)]
    folders = ["forms", "sheets_sync", "digests"]
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", *told, *folders]
    subprocess.run(command, check=True, cwd=ROOT, timeout=60)
    return catalogue(template)


def ids(words: Catalog) -> set[object]:
    return {message.id for message in words if message.id}


def forms_of(message: Message) -> Iterable[str]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def test_five_languages_besides_english_are_here():
    assert sorted(catalogues()) == ["de", "es", "fr", "it", "pt_BR"]


@pytest.mark.parametrize("language", catalogues())
def test_a_catalogue_has_all_words_of_the_source_and_no_others(language: str, source: Catalog):
    # When it fails: make messages, and translate what is new.
    assert ids(catalogue(catalogues()[language], language)) == ids(source)


@pytest.mark.parametrize("language", catalogues())
def test_every_message_is_translated_in_every_form_with_its_placeholders(language: str):
    words = catalogue(catalogues()[language], language)

    assert words.num_plurals == 2
    for message in words:
        if message.id:
            singular = message.id[0] if message.pluralizable else message.id
            assert not message.fuzzy, message.id
            assert len(list(forms_of(message))) == (
                words.num_plurals if message.pluralizable else 1
            )
            for text in forms_of(message):
                assert text, message.id
                assert placeholders(text) == placeholders(singular), message.id
                assert text == text.strip(), message.id


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        ("de", "1 Bericht", "2 Berichte"),
        ("it", "1 resoconto", "2 resoconti"),
        ("es", "1 informe", "2 informes"),
        ("fr", "1 compte rendu", "2 comptes rendus"),
        ("pt-BR", "1 relato", "2 relatos"),
        ("en", "1 report", "2 reports"),
    ],
)
def test_numbers_choose_their_form(language: str, one: str, many: str):
    words = translations(language)

    said = [words.ngettext("{count} report", "{count} reports", n).format(count=n) for n in (1, 2)]

    assert said == [one, many]


def test_nought_is_singular_in_french():
    words = translations("fr")

    assert words.ngettext("{count} report", "{count} reports", 0) == "{count} compte rendu"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("de-AT", "Senden"),
        ("pt-PT", "Enviar"),
        ("fr_CA", "Envoyer"),
        ("nl", "Send"),
        ("en-GB", "Send"),
        ("", "Send"),
    ],
)
def test_the_nearest_catalogue_serves(wanted: str, said: str):
    assert translations(wanted).gettext("Send") == said
