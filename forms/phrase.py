"""Words with values put into them, some of which are words themselves -> the reader's language."""

from collections.abc import Callable, Mapping
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
        return translate(self.words).format_map(values)
