"""The base: what was last agreed with the spreadsheet."""

from sqlalchemy import Engine


class Base:
    """Reports, people and single values as last seen."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
