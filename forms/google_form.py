"""A Form, and the Google Form as it is -> the requests that make the one of the other.

Pure. A question is known by its ids at Google, never by its words: so it may be reworded and
moved, and answers already given keep their meaning. What a person added by hand stays.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode

from forms.definition import Form, Kind, Question
from forms.rules import clean, one_line
from forms.wording import N_

Json = Mapping[str, Any]
"""Something as Google's API gives or takes it."""

COMMAS = N_("With commas between them")
HIGHEST_ID = 0x7FFFFFFF
"""Google takes ids of eight hexadecimal digits up to this one."""
EMAILS = "emailCollectionType"
NO_EMAILS = "DO_NOT_COLLECT"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which of our questions is asked where."""

    items: Mapping[str, str] = field(default_factory=dict)
    """Question name -> id of the item that asks it."""
    questions: Mapping[str, str] = field(default_factory=dict)
    """Id of a question at Google -> question name; also of those that are asked no more."""

    def question_id(self, name: str) -> str:
        """Return the newest id under which a question was asked; empty when it never was."""
        return next((id for id, one in reversed(list(self.questions.items())) if one == name), "")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask of Google, and what is asked where once that is done."""

    requests: Sequence[Json]
    asked: Asked
    foreign: tuple[str, ...]
    """What people read of the questions that somebody added by hand."""


def plan(
    form: Form,
    existing: Json,
    asked: Asked,
    *,
    translate: Callable[[str], str] = str,
) -> Plan:
    """Return the fewest requests that make the Google Form ask what the form asks."""
    items: list[Json] = list(existing.get("items", ()))
    found = _recognise(form, items, asked)
    known = {**asked.questions, **{_question_id(item): name for name, item in found.items()}}
    current = {item["itemId"] for item in found.values()}
    dropped = [one for one in items if one["itemId"] not in current and _question_id(one) in known]
    bench = _Bench([one["itemId"] for one in items])
    for item in dropped:
        bench.delete(item["itemId"])
    wanted, taken = [], {*known, *(one["itemId"] for one in items), *map(_question_id, items)}
    for question in form.questions:
        there = found.get(question.name)
        ids = _ids(there) if there else _new_ids(question, taken)
        wanted.append(_item(question, translate, ids))
    bench.arrange(wanted, current)
    for item in wanted:
        if item["itemId"] in current:
            bench.update(item, next(one for one in items if one["itemId"] == item["itemId"]))
    names = [question.name for question in form.questions]
    now = Asked(
        items={name: item["itemId"] for name, item in zip(names, wanted, strict=True)},
        # The id that is asked now stands last.
        questions={
            **{id: name for id, name in known.items() if id not in map(_question_id, wanted)},
            **{_question_id(item): name for name, item in zip(names, wanted, strict=True)},
        },
    )
    foreign = [one for one in items if _question_id(one) and _question_id(one) not in known]
    return Plan(
        requests=[*_about(form, existing), *bench.requests],
        asked=now,
        foreign=tuple(one.get("title") or "without a title" for one in foreign),
    )


def recognise(form: Form, existing: Json, asked: Asked) -> Asked:
    """Return which of our questions a Google Form asks already."""
    found = _recognise(form, existing.get("items", ()), asked)
    return Asked(
        items={name: item["itemId"] for name, item in found.items()},
        questions={
            **asked.questions,
            **{_question_id(item): name for name, item in found.items()},
        },
    )


def prefilled_link(responder_uri: str, answers: Mapping[str, str], asked: Asked) -> str:
    """Return the form's address with answers filled in, by question name."""
    known = [(asked.question_id(name), answer) for name, answer in answers.items()]
    entries = [(entry(id), answer) for id, answer in known if id]
    if not entries:
        return responder_uri
    return f"{responder_uri}?{urlencode([('usp', 'pp_url'), *entries])}"


def entry(question_id: str) -> str:
    """Return the name that a question has in a link that fills in its answer."""
    return f"entry.{int(question_id, 16)}"


def _about(form: Form, existing: Json) -> Iterator[Json]:
    info = existing.get("info", {})
    wanted = {"title": one_line(form.title), "description": clean(form.introduction)}
    mask = [name for name, text in wanted.items() if info.get(name, "") != text]
    if mask:
        yield {"updateFormInfo": {"info": wanted, "updateMask": ",".join(mask)}}
    if existing.get("settings", {}).get(EMAILS, NO_EMAILS) != NO_EMAILS:
        yield {"updateSettings": {"settings": {EMAILS: NO_EMAILS}, "updateMask": EMAILS}}


def _recognise(form: Form, items: Sequence[Json], asked: Asked) -> dict[str, Json]:
    """Return the item that asks each question: by its known id, by our own making, by its words."""
    ways: tuple[Callable[[Question, Json], bool], ...] = (
        lambda question, item: asked.items.get(question.name) == item["itemId"],
        lambda question, item: asked.questions.get(_question_id(item)) == question.name,
        lambda question, item: _question_id(item) in _our_ids(question.name),
        lambda question, item: _spoken(item) == one_line(question.label).casefold(),
    )
    found: dict[str, Json] = {}
    taken: set[str] = set()
    for way in ways:
        for question in form.questions:
            if question.name in found:
                continue
            for item in items:
                fits = _kind(item) == _kind(_item(question, str, ("", "")))
                if fits and item["itemId"] not in taken and way(question, item):
                    found[question.name] = item
                    taken.add(item["itemId"])
                    break
    return found


def _spoken(item: Json) -> str:
    return one_line(item.get("title", "")).casefold()


def _question(item: Json) -> Json:
    found: Json = item.get("questionItem", {}).get("question", {})
    return found


def _question_id(item: Json) -> str:
    return str(_question(item).get("questionId", ""))


def _ids(item: Json) -> tuple[str, str]:
    return item["itemId"], _question_id(item)


def _kind(item: Json) -> str:
    """Return what cannot be changed without asking another question."""
    question = _question(item)
    if "choiceQuestion" in question:
        several = question["choiceQuestion"].get("type") == "CHECKBOX"
        return "several" if several else "choice"
    return next((name for name in ("textQuestion", "dateQuestion") if name in question), "")


def _new_ids(question: Question, taken: set[str]) -> tuple[str, str]:
    """Return fresh ids, the same ones when the same is planned again after a lost answer."""
    for turn in range(1000):
        ids = tuple(_made_id(what, question.name, turn) for what in ("item", "question"))
        if not taken.intersection(ids):
            taken.update(ids)
            return ids[0], ids[1]
    raise AssertionError("a question cannot have been replaced a thousand times")


@cache
def _our_ids(name: str) -> frozenset[str]:
    return frozenset(_made_id("question", name, turn) for turn in range(20))


def _made_id(what: str, name: str, turn: int) -> str:
    digest = hashlib.sha256(f"tidings {what} {name} {turn}".encode()).digest()
    return f"{int.from_bytes(digest[:4], 'big') & HIGHEST_ID:08x}"


def _item(question: Question, translate: Callable[[str], str], ids: tuple[str, str]) -> Json:
    """Return a question as Google's API writes it."""
    help = clean(question.help)
    if question.kind is Kind.TAGS:
        help = f"{help} {translate(COMMAS)}.".strip()
    return {
        "itemId": ids[0],
        "title": one_line(question.label),
        "description": help,
        "questionItem": {
            "question": {
                "questionId": ids[1],
                "required": question.required,
                **_answerable(question),
            }
        },
    }


def _answerable(question: Question) -> Json:
    match question.kind:
        case Kind.DATE:
            return {"dateQuestion": {"includeYear": True}}
        case Kind.CHOICE:
            options = [{"value": choice} for choice in question.choices]
            return {"choiceQuestion": {"type": "RADIO", "options": options}}
    return {"textQuestion": {"paragraph": question.kind is Kind.PARAGRAPH}}


class _Bench:
    """Collects requests, and knows where each item is once they are carried out."""

    def __init__(self, order: list[str]) -> None:
        self._order = order
        self.requests: list[Json] = []

    def delete(self, id: str) -> None:
        """Take an item out."""
        at = self._order.index(id)
        self.requests.append({"deleteItem": {"location": {"index": at}}})
        del self._order[at]

    def arrange(self, wanted: Sequence[Json], current: set[str]) -> None:
        """Bring our items into their order, moving the fewest, and make the new ones."""
        ours = [one["itemId"] for one in wanted if one["itemId"] in current]
        staying = _longest_rising(ours, self._order)
        place = min((self._order.index(id) for id in staying), default=len(self._order))
        for item in wanted:
            id = item["itemId"]
            if id in staying:
                place = self._order.index(id) + 1
            elif id in current:
                place = self._move(id, place) + 1
            else:
                self.requests.append({"createItem": {"item": item, "location": {"index": place}}})
                self._order.insert(place, id)
                place += 1

    def _move(self, id: str, place: int) -> int:
        at = self._order.index(id)
        to = place - (at < place)
        if at != to:
            self._order.insert(to, self._order.pop(at))
            move = {"originalLocation": {"index": at}, "newLocation": {"index": to}}
            self.requests.append({"moveItem": move})
        return to

    def update(self, wanted: Json, existing: Json) -> None:
        """Change what differs of an item."""
        item, mask = _changed(wanted, existing)
        if mask:
            location = {"index": self._order.index(wanted["itemId"])}
            change = {"item": item, "location": location, "updateMask": ",".join(mask)}
            self.requests.append({"updateItem": change})


def _changed(wanted: Json, existing: Json) -> tuple[Json, list[str]]:
    """Return the item as it is to be, and the paths at which it differs."""
    new, old = _question(wanted), _question(existing)
    mask = [part for part in ("title", "description") if wanted[part] != existing.get(part, "")]
    if new["required"] != old.get("required", False):
        mask.append("questionItem.question.required")
    if "textQuestion" in new:
        if new["textQuestion"]["paragraph"] != old["textQuestion"].get("paragraph", False):
            mask.append("questionItem.question.textQuestion")
    elif "choiceQuestion" in new:
        choices = [one["value"] for one in new["choiceQuestion"]["options"]]
        if choices != [one.get("value") for one in old["choiceQuestion"].get("options", ())]:
            mask.append("questionItem.question.choiceQuestion")
            # Radio buttons or a drop-down list: as people have it.
            new = {**new, "choiceQuestion": {**new["choiceQuestion"], **_look(old)}}
    elif not old["dateQuestion"].get("includeYear") or old["dateQuestion"].get("includeTime"):
        mask.append("questionItem.question.dateQuestion")
    return {**wanted, "questionItem": {"question": new}}, mask


def _look(question: Json) -> Json:
    return {"type": question["choiceQuestion"].get("type", "RADIO")}


def _longest_rising(wanted: Sequence[str], order: Sequence[str]) -> set[str]:
    """Return the most items that stand in the wanted order already."""
    places = [order.index(id) for id in wanted]
    best: list[list[int]] = []
    for number, place in enumerate(places):
        before = [run for run in best if places[run[-1]] < place]
        best.append([*max(before, key=len, default=[]), number])
    return {wanted[number] for number in max(best, key=len, default=[])}
