"""The tables of the state, and their version."""

from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

VERSION = 3
"""Rises with each change of the tables; a state of a higher version is refused."""

metadata = MetaData()

kept = Table(
    "kept",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    comment="Single values: schema version, instance, write counter, last good copies (JSON).",
)

submissions = Table(
    "submissions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("body_hash", Text, nullable=False),
    Column("report", Text, nullable=False, index=True),
    Column("act", Text, nullable=False),
    Column("answers", Text, nullable=False, comment="JSON: question name -> answer"),
    Column("source", Text, nullable=False),
    Column("received", Text, nullable=False, comment="UTC, ISO 8601"),
    Column("held", Text, nullable=False, default=""),
    Column("person", Text, nullable=False, default=""),
    Column("written", Boolean, nullable=False, default=False, index=True),
    comment="The journal: what people sent, committed before anyone said thank you.",
)

reports = Table(
    "reports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tab", Text, nullable=False),
    Column("fields", Text, nullable=False, comment="JSON: the Report as last validated"),
    Column("content", Text, nullable=False, comment="print of what people typed"),
    Column("status", Text, nullable=False),
    Column("accepted", Integer, index=True, comment="rising; 0: considered; NULL: not accepted"),
    Column("accepted_at", Text),
    Column("missing_since", Text, comment="first complete read without it; NULL: present"),
    Column("written_at", Integer, nullable=False, comment="write counter when we appended it"),
    Column("memory", Text, nullable=False, comment="JSON: what the form last wrote, conflicts"),
    comment="Every report ever seen, as last seen.",
)

people = Table(
    "people",
    metadata,
    Column("id", Text, primary_key=True),
    Column("email", Text, nullable=False),
    Column("username", Text, nullable=False),
    Column("name", Text, nullable=False),
    comment="Internal ids of people, tied to e-mail, username and name as last seen.",
)

issues = Table(
    "issues",
    metadata,
    Column("name", Text, primary_key=True, comment="ISO week: 2026-W48"),
    Column("frozen_at", Text, nullable=False, comment="UTC, ISO 8601"),
    Column("period", Text, nullable=False),
    Column("up_to", Integer, nullable=False, comment="highest accepted number considered"),
    Column("reports", Integer, nullable=False),
    Column("recipients", Integer, nullable=False),
    Column("decision", Text, nullable=False, default=""),
    Column("send_after", Text, comment="UTC; set while coordinators review"),
    comment="Each due issue, also when it was empty.",
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("issue", Text, nullable=False),
    Column("subscriber", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("reports", Text, nullable=False, comment="JSON: ids of the reports in it"),
    Column("state", Text, nullable=False, index=True),
    Column("sender", Text, nullable=False, server_default="", comment="who claimed it last"),
    Column("first", Boolean, nullable=False, default=False, comment="goes out before a review"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("repeats", Integer, nullable=False, default=0, comment="after an unclear final dot"),
    Column("next_try", Text),
    Column("answer", Text, nullable=False, default="", comment="the server's last words"),
    Column("changed_at", Text, nullable=False),
    UniqueConstraint("issue", "subscriber"),
    comment="The outbox and the ledger: one issue to one subscriber.",
)

letters = Table(
    "letters",
    metadata,
    Column("issue", Text, nullable=False),
    Column("subscriber", Text, nullable=False),
    Column("message", LargeBinary, nullable=False, comment="the final bytes"),
    PrimaryKeyConstraint("issue", "subscriber"),
    comment="Apart from their deliveries, so that a change of state does not write them again.",
)

marks = Table(
    "marks",
    metadata,
    Column("subscriber", Text, primary_key=True),
    Column("considered", Integer, nullable=False, comment="all accepted numbers up to here"),
    Column("part", Text, nullable=False, default="", comment="prints of the last special part"),
    comment="What each subscriber has had or passed over.",
)

had = Table(
    "had",
    metadata,
    Column("subscriber", Text, nullable=False),
    Column("report", Text, nullable=False),
    Column("issue", Text, nullable=False),
    PrimaryKeyConstraint("subscriber", "report"),
    sqlite_with_rowid=False,
    comment="Which report each subscriber was sent, once.",
)

renewals = Table(
    "renewals",
    metadata,
    Column("person", Text, nullable=False),
    Column("asked", Text, nullable=False, comment="day, ISO 8601"),
    PrimaryKeyConstraint("person", "asked"),
    sqlite_with_rowid=False,
    comment="When each person was asked whether they are still in.",
)

choices = Table(
    "choices",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("act", Text, nullable=False, comment="choose, answer, ask, tell or revoke"),
    Column("subscriber", Text, nullable=False, index=True),
    Column("address", Text, nullable=False),
    Column("folded", Text, nullable=False, index=True, comment="the address as it is compared"),
    Column("chosen", Text, nullable=False, comment="JSON: column -> value"),
    Column("source", Text, nullable=False, comment="one-click, page, confirmation"),
    Column("received", Text, nullable=False, comment="UTC, ISO 8601"),
    Column("written", Boolean, nullable=False, default=False, index=True),
    comment="The readers' journal: what they chose on their pages.",
)

addresses = Table(
    "addresses",
    metadata,
    Column("address", Text, primary_key=True),
    Column("person", Text, nullable=False, index=True, comment="internal id; never another's"),
    comment="Where people's pages in the archive are, or were under another name.",
)

erased = Table(
    "erased",
    metadata,
    Column("print", Text, primary_key=True, comment="keyed, of an id, an address or a name"),
    Column("at", Text, nullable=False, comment="UTC, ISO 8601"),
    comment="What was erased and must not come back; it tells nobody who that was.",
)
