"""A fault in a filter expression -> what is wrong, at which column, in the reader's language."""

from collections.abc import Callable

from forms.phrase import Phrase
from forms.wording import N_

THE_END = N_("the end")


class FilterError(Exception):
    """The expression cannot be read; says at which column (from 1) and what was expected."""

    def __init__(self, words: str, *, column: int, **values: str | int) -> None:
        super().__init__(words)
        self.column = column
        self._fault = Phrase(
            words,
            {name: Phrase(THE_END) if said == THE_END else said for name, said in values.items()},
        )

    def __str__(self) -> str:
        return self.text()

    def phrase(self) -> Phrase:
        """Return it as one line, still to be translated."""
        return Phrase(N_("column {column}: {fault}"), {"column": self.column, "fault": self._fault})

    def text(self, translate: Callable[[str], str] = str) -> str:
        """Return it as one line."""
        return self.phrase().text(translate)

    def fault(self, translate: Callable[[str], str] = str) -> str:
        """Return what is wrong, without its column."""
        return self._fault.text(translate)
