"""Invented names, texts, tags and filters, as long and as varied as real ones."""

import random

_SUBJECTS = (
    "mentorship onboarding planning press translation privacy accessibility campus design "
    "research support testing italy spain india kenya brazil indonesia women youth"
)
TAGS = tuple(
    f"{subject}{kind}" for subject in _SUBJECTS.split() for kind in ("", "-group", "-week")
)
_GIVEN = (
    "Ana Ben Chiara Dmitri Élise Fatima Goran Hye-jin Ikram Jonas Kavya Lin María Nuno Olú Priya "
    "Quân Rosa Søren Tomás Uzma Vera Wanjiru Ximena Yusuf Zofia Амина Борис 美玲 ليلى"
)
_FAMILY = (
    "Abbasi Bianchi Chaudhary Díaz Eriksen Fernandes Gupta Haddad Ivanov Jankowska Kimani Lopes "
    "Müller Nakamura Okafor Petrović Quispe Rossi Silva Tanaka Uddin Vargas Weber Yavuz"
)
_SENTENCES = (
    "Talked with a newcomer for an hour about where to begin.",
    "We prepared the agenda of the next meeting and shared the tasks among five people.",
    "Answered questions in the channel for most of the evening.",
    "A journalist of the local paper called; I explained what we do and why it matters.",
    "Finished the translation of the guide, and asked two others to read it over.",
    "The room was too small, so we met outside, and nobody minded.",
    "Next time we should ask for the projector a week before.",
    "Two students want to help with testing from now on.",
    "Wrote down what we learned: https://example.org/notes/of-the-week.",
    "Looked through the list of open questions and closed those that were answered.",
    "Grazie a tutti quelli che sono venuti.",
    "Reunião com o grupo da universidade sobre o plano do ano.",
)


def names(count: int, chance: random.Random) -> list[str]:
    """Return different names."""
    given, family = _GIVEN.split(), _FAMILY.split()
    return [
        f"{chance.choice(given)} {chance.choice(family)}-{family[at % 24]} {_roman(at // 24)}"
        for at in range(count)
    ]


def text(chance: random.Random) -> str:
    """Return what somebody did, in one to seven sentences: about 200 characters."""
    sentences = chance.choices(_SENTENCES, k=chance.choice((1, 2, 2, 3, 3, 4, 5, 7)))
    return ("\n" if chance.random() < 0.2 else " ").join(sentences)


def tags(chance: random.Random) -> str:
    """Return tags as people type them."""
    return ", ".join(chance.sample(TAGS, chance.choice((0, 1, 1, 2, 3))))


def filters(count: int, chance: random.Random) -> list[str]:
    """Return different filters."""
    found: dict[str, None] = {}
    while len(found) < count:
        a, b, c, d = chance.sample(TAGS, 4)
        kinds = (f"{a}, {b}", f"{a} and not {b}, {c}", f"({a} or {b} or {c}) and not {d}, {b}")
        found[chance.choice(kinds)] = None
    return list(found)


def _roman(number: int) -> str:
    return "I" * (number % 4 + 1) + "V" * (number // 4)
