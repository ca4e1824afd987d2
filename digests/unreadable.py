"""A fault in a filter expression -> what is wrong, at which column, in the reader's language."""

from collections.abc import Callable

from forms.wording import N_

THE_END = N_("the end")


class FilterError(Exception):
    """The expression cannot be read; says at which column (from 1) and what was expected."""

    def __init__(self, words: str, *, column: int, **values: str | int) -> None:
        super().__init__(words)
        self._words = words
        self._values = values
        self.column = column

    def __str__(self) -> str:
        return self.text()

    def text(self, translate: Callable[[str], str] = str) -> str:
        """Return it as one line."""
        said = self.fault(translate)
        return translate(N_("column {column}: {fault}")).format(column=self.column, fault=said)

    def fault(self, translate: Callable[[str], str] = str) -> str:
        """Return what is wrong, without its column."""
        values = {
            name: translate(value) if value == THE_END else value
            for name, value in self._values.items()
        }
        return translate(self._words).format_map(values)
