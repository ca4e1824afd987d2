"""Words with values put into them, some of which are words themselves -> the reader's language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Phrase:
    """An English template, marked with `N_`, and its values; phrases among them are translated."""

    words: str
    values: Mapping[str, "str | int | Phrase"] = field(default_factory=dict)

    def text(self, translate: Callable[[str], str] = str) -> str:
        """Return it in the reader's language."""
        values = {
            name: value.text(translate) if isinstance(value, Phrase) else value
            for name, value in self.values.items()
        }
        # Of an empty text a catalogue would return what stands at its head.
        return translate(self.words).format_map(values) if self.words else ""

    def changed(self, change: Callable[[str], str]) -> "Phrase":
        """Return it with each text among its values changed."""
        values: dict[str, str | int | Phrase] = {}
        for name, value in self.values.items():
            if isinstance(value, Phrase):
                values[name] = value.changed(change)
            else:
                values[name] = change(value) if isinstance(value, str) else value
        return Phrase(self.words, values)


def phrase(words: str, **values: str | int | Phrase) -> Phrase:
    """Return a phrase; mark its words with `N_`."""
    return Phrase(words, values)


def listed(phrases: Sequence[Phrase], between: str = ", ") -> Phrase:
    """Return phrases one after the other."""
    values = {f"at{number}": one for number, one in enumerate(phrases)}
    return Phrase(between.join(f"{{{name}}}" for name in values), values)


def verbatim(text: str) -> Phrase:
    """Return what is the same in every language, such as another program's words."""
    return Phrase("{text}", {"text": text})
