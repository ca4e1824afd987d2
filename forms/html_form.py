"""A Form and what was typed -> the pages that people see.

Pure: pages are text; who asked, and when, is not known here.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from forms.definition import Form, Kind, Question
from forms.hashtags import spelling
from forms.rules import Fault, check_link, split_tags
from forms.wording import N_, Words, environment

TEMPLATES = Path(__file__).with_name("templates")
FIRST_TAGS = 12
MORE_TAGS = 48
RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "ug", "ur", "yi"})

TOKEN_FIELD = "form-token"  # noqa: S105 - the name of a field
TRAP_FIELD = "your-homepage"
"""Not a question's name, which has no hyphen; people do not see it, so only programs fill it in."""

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to say above the form: English, translated where it is shown."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it is to be shown: what was typed, and what is to be said about it."""

    token: str
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, tuple[Fault, ...]] = field(default_factory=dict)
    notice: Notice | None = None
    tags: Sequence[str] = ()
    """Known tags, those to offer first at the front."""
    categories: Mapping[str, str] = field(default_factory=dict)
    """Of known tags that have one, in the order in which categories are shown."""
    identity: str = ""
    """Name of the person whose personal link this is; then nobody is asked for it."""
    stored: Mapping[str, str] | None = None
    """What is kept already, shown beside what was typed (fault 3)."""
    correct: str = ""
    """Address where `stored` is corrected."""
    withdraw: str = ""
    """Address where the report is withdrawn; given when one is being corrected."""


@dataclass(frozen=True, slots=True)
class Option:
    """A choice or a known tag that can be ticked."""

    value: str
    label: str
    chosen: bool
    category: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One question as the template shows it."""

    name: str
    kind: str
    label: str
    help: str
    required: bool
    value: str
    faults: tuple[str, ...]
    options: tuple[Option, ...] = ()
    more: tuple[Option, ...] = ()
    hints: Mapping[str, str] = field(default_factory=dict)

    @property
    def input(self) -> str:
        """The HTML input type; a browser's date field would drop what is not a date."""
        kept = self.kind != Kind.DATE or not self.value or _ISO_DATE.fullmatch(self.value)
        return self.kind if kept else "text"

    @property
    def described(self) -> str:
        """Ids of what explains the field."""
        parts = [("help", self.help), ("fault", self.faults)]
        return " ".join(f"{self.name}-{part}" for part, there in parts if there)

    @property
    def more_chosen(self) -> bool:
        """Whether a ticked tag stands among those that are folded away."""
        return any(option.chosen for option in self.more)


@dataclass(frozen=True, slots=True)
class Shown:
    """One stored answer."""

    label: str
    value: str
    link: bool


class Pages:
    """Every page of the form, in one language."""

    def __init__(
        self, form: Form, words: Words, *, community: str, language: str, subscribe: str = ""
    ) -> None:
        self._form = form
        self._words = words
        self._templates = environment(TEMPLATES, words)
        self._templates.globals.update(
            community=community,
            language=language,
            direction="rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr",
            static="/static/",
            onward_to=subscribe,
            onward_words=self._say(N_("Get what people here did by mail")),
        )

    def form(self, filled: Filled) -> str:
        """Return the form with what was typed in it."""
        fields = [
            self._field(question, filled)
            for question in self._form.questions
            if not (filled.identity and question.name == "reporter")
        ]
        correcting = bool(filled.withdraw)
        return self._render(
            "form.html",
            title=self._say(N_("Correct your report")) if correcting else self._form.title,
            introduction="" if correcting else self._form.introduction,
            submit=self._say(N_("Save the correction") if correcting else N_("Send")),
            failed=bool(filled.notice or any(filled.faults.values())),
            notice=self._notice(filled.notice),
            wrong=[one for one in fields if one.faults],
            stored=self._stored(filled.stored or {}),
            correct=filled.correct,
            token=filled.token,
            identity=filled.identity,
            fields=fields,
            withdraw=filled.withdraw,
        )

    def receipt(
        self, notice: Notice, stored: Mapping[str, str], *, correct: str, another: str
    ) -> str:
        """Return the page after something was stored: exactly that, and what can be done next."""
        return self._render(
            "receipt.html",
            heading=self._say(notice.heading),
            text=self._say(notice.text),
            stored=self._stored(stored),
            correct=correct,
            another=another,
        )

    def withdraw(
        self, stored: Mapping[str, str], *, token: str, back: str, notice: Notice | None = None
    ) -> str:
        """Return the page that asks whether to withdraw a report."""
        return self._render(
            "withdraw.html",
            stored=self._stored(stored),
            token=token,
            back=back,
            notice=self._notice(notice),
        )

    def message(self, notice: Notice, *, onward: str = "") -> str:
        """Return a page that says one thing and may lead to the form."""
        heading, text = self._say(notice.heading), self._say(notice.text)
        return self._render("message.html", heading=heading, text=text, onward=onward)

    def _render(self, template: str, **values: object) -> str:
        return self._templates.get_template(template).render(values)

    def _say(self, message: str) -> str:
        return self._words.gettext(message)

    def _notice(self, notice: Notice | None) -> Notice | None:
        return notice and Notice(self._say(notice.heading), self._say(notice.text))

    def _stored(self, answers: Mapping[str, str]) -> list[Shown]:
        return [
            Shown(
                question.label,
                answers[question.name],
                question.kind is Kind.URL and check_link(answers[question.name]) is None,
            )
            for question in self._form.questions
            if answers.get(question.name)
        ]

    def _field(self, question: Question, filled: Filled) -> Field:
        value = filled.typed.get(question.name, "")
        options: tuple[Option, ...] = ()
        if question.kind is Kind.TAGS:
            value, options = _offered_tags(value, filled.tags, filled.categories)
        elif question.kind is Kind.CHOICE:
            options = tuple(Option(one, one, one == value) for one in question.choices)
            if not question.required:
                options = (*options, Option("", self._say(N_("No answer")), not value))
        first = len(options) if question.kind is Kind.CHOICE else FIRST_TAGS
        return Field(
            question.name,
            question.kind,
            question.label,
            question.help,
            question.required,
            value,
            tuple(self._sentences(fault) for fault in filled.faults.get(question.name, ())),
            _by_category(options[:first], filled.categories),
            _by_category(options[first : first + MORE_TAGS], filled.categories),
            _hints(question),
        )

    def _sentences(self, fault: Fault) -> str:
        return " ".join(f"{part[:1].upper()}{part[1:]}." for part in fault.text(self._say))


def _offered_tags(
    typed: str, known: Sequence[str], categories: Mapping[str, str]
) -> tuple[str, tuple[Option, ...]]:
    """Return what stays in the text field, and the known tags with those typed ticked."""
    shown = known[: FIRST_TAGS + MORE_TAGS]
    tags, faults = split_tags(typed)
    # Where splitting would leave something out, everything typed stays in the field.
    chosen = {_plain(tag) for tag in tags} if not faults else set()
    offered = {_plain(tag) for tag in shown}
    own = ", ".join(tag for tag in tags if _plain(tag) not in offered)
    options = (Option(tag, tag, _plain(tag) in chosen, categories.get(tag, "")) for tag in shown)
    return typed if faults else own, tuple(options)


def _by_category(options: Sequence[Option], categories: Mapping[str, str]) -> tuple[Option, ...]:
    """Return options with those of one category side by side; those without one come last."""
    place = {name: at for at, name in enumerate(dict.fromkeys(categories.values()))}
    return tuple(sorted(options, key=lambda option: place.get(option.category, len(place))))


def _plain(tag: str) -> str:
    return spelling(tag).casefold()


def _hints(question: Question) -> dict[str, str]:
    """Return what helps a phone's keyboard and the browser's memory."""
    if question.name == "reporter":
        return {"autocomplete": "name", "dir": "auto"}
    match question.kind:
        case Kind.EMAIL:
            return {"autocomplete": "email", "inputmode": "email"}
        case Kind.URL:
            return {"inputmode": "url", "autocapitalize": "none", "autocomplete": "off"}
        case Kind.TEXT:
            return {"dir": "auto"}
    return {}
