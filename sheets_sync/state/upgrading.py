"""A state of an older version -> this one, within the transaction that opens it."""

from sqlalchemy import Connection, text, update

from sheets_sync.state.schema import VERSION, kept

STEPS = {
    1: (
        # The bytes of mails got a table of their own.
        "INSERT INTO letters SELECT issue, subscriber, message FROM deliveries",
        "ALTER TABLE deliveries DROP COLUMN message",
    ),
    2: (
        # Several senders share the outbox.
        "ALTER TABLE deliveries ADD COLUMN sender TEXT NOT NULL DEFAULT ''",
        # Notes became sentences that can be translated; the next sync tells them anew.
        "UPDATE kept SET value = json_set(value, '$.notes', json('[]')) WHERE name = 'community'",
        "UPDATE kept SET value = '' WHERE name = 'quiet'",
    ),
}
"""What leads from each version to the next; new tables are there already."""


def upgrade(db: Connection, found: int) -> None:
    """Bring the tables up to date."""
    for version in range(found, VERSION):
        for step in STEPS[version]:
            db.execute(text(step))
    db.execute(update(kept).where(kept.c.name == "schema").values(value=str(VERSION)))
