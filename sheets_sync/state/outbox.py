"""The outbox and the ledger: issues, their deliveries, and who has had what."""

from sqlalchemy import Engine


class Outbox:
    """Two readings of the deliveries: what waits, and what was sent."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
