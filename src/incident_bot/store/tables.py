"""The tables. Times of the domain are aware UTC; real ones (leases, retention) Unix seconds."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    Column,
    Index,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlmodel import Field, SQLModel

NOT_OVER = "status IN ('open', 'acknowledged', 'mitigated')"
REMINDED = "remind_at IS NOT NULL"
UNFINISHED = "state IN ('waiting', 'running')"


def _json(*, nullable: bool = False) -> Column[Any]:
    return Column(JSON(none_as_null=True), nullable=nullable)


class CounterRow(SQLModel, table=True):
    """Numbers that are given out one by one: `incident` makes the references."""

    __tablename__: ClassVar[Any] = "counter"

    name: str = Field(primary_key=True)
    value: int


class IncidentRow(SQLModel, table=True):
    """The fold of a journal, kept in the transaction that appends to it.

    `open_group` is set only while the incident is not over, so one group has one open incident.
    `remind_at`: when a reminder of it is due next (Unix seconds of domain time).
    """

    __tablename__: ClassVar[Any] = "incident"
    __table_args__ = (
        Index("incident_status", "status", "number"),
        Index(
            "incident_open",
            "number",
            sqlite_where=text(NOT_OVER),
            postgresql_where=text(NOT_OVER),
        ),
        Index(
            "incident_private",
            "number",
            sqlite_where=text("private = 1"),
            postgresql_where=text("private"),
        ),
        Index(
            "incident_reminded",
            "remind_at",
            sqlite_where=text(REMINDED),
            postgresql_where=text(REMINDED),
        ),
    )

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    ref: str = Field(unique=True)
    status: str
    severity: int
    private: bool
    title: str = Field(sa_column=Column(Text, nullable=False))
    channel_id: str | None = Field(default=None, unique=True)
    open_group: str | None = Field(default=None, unique=True)
    last_seq: int
    last_hash: str
    remind_at: float | None = None
    service: str | None = Field(default=None, sa_column=Column(Text))
    state: dict[str, Any] = Field(sa_column=_json())


class EntryRow(SQLModel, table=True):
    """One link of an incident's journal. `salt` is null once the body was blanked."""

    __tablename__: ClassVar[Any] = "entry"

    ref: str = Field(primary_key=True, foreign_key="incident.ref")
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    actor: dict[str, Any] = Field(sa_column=_json())
    body: dict[str, Any] = Field(sa_column=_json())
    supersedes: int | None = None
    reason: str | None = Field(default=None, sa_column=Column(Text))
    redacted: bool = False
    salt: str | None = None
    digest: str
    hash: str


class AlertRow(SQLModel, table=True):
    """A PagerDuty incident as last seen, and the incident that it belongs to (or none yet)."""

    __tablename__: ClassVar[Any] = "alert"

    alert_id: str = Field(primary_key=True)
    ref: str | None = Field(default=None, index=True)
    seen: dict[str, Any] = Field(sa_column=_json())


class InboxRow(SQLModel, table=True):
    """A delivery that was handled, once for each of its ids; `main` is the id that has the rest."""

    __tablename__: ClassVar[Any] = "inbox"
    __table_args__ = (
        Index(
            "inbox_kept",
            "received_at",
            sqlite_where=text("raw IS NOT NULL OR answer IS NOT NULL"),
            postgresql_where=text("raw IS NOT NULL OR answer IS NOT NULL"),
        ),
    )

    source: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    main: str
    kind: str = ""
    outcome: str = ""
    ref: str | None = Field(default=None, index=True)
    received_at: float
    answer: dict[str, Any] | None = Field(default=None, sa_column=_json(nullable=True))
    raw: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class PersonRow(SQLModel, table=True):
    """Somebody as Slack and PagerDuty last described them; e-mail in lower case."""

    __tablename__: ClassVar[Any] = "person"

    id: int | None = Field(default=None, primary_key=True)
    name: str
    handle: str | None = None
    slack_id: str | None = Field(default=None, unique=True)
    pagerduty_id: str | None = Field(default=None, unique=True)
    email: str | None = Field(default=None, unique=True)
    tz: str = "UTC"
    title: str = ""
    fetched_at: datetime


class RoomNameRow(SQLModel, table=True):
    """Channel names that were ever reserved, and by which incident. Never deleted."""

    __tablename__: ClassVar[Any] = "room_name"

    name: str = Field(primary_key=True)
    ref: str = Field(index=True)


class AttachmentRow(SQLModel, table=True):
    """A file of a message on the timeline, as it was fetched from Slack. `content` is null once
    it was blanked."""

    __tablename__: ClassVar[Any] = "attachment"

    file_id: str = Field(primary_key=True)
    ref: str = Field(index=True)
    name: str = Field(sa_column=Column(Text, nullable=False))
    mimetype: str
    size: int
    sha256: str
    url: str | None = Field(default=None, sa_column=Column(Text))
    content: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class PartRow(SQLModel, table=True):
    """Who has unfinished work in which incident, by Slack id; kept in step with the fold."""

    __tablename__: ClassVar[Any] = "part"

    ref: str = Field(primary_key=True)
    slack_id: str = Field(primary_key=True, index=True)
    kind: str = Field(primary_key=True)


class JobRow(SQLModel, table=True):
    """One effect. The states and the meaning of `due_at` are told in queue.py."""

    __tablename__: ClassVar[Any] = "job"
    __table_args__ = (
        Index(  # of many thousand jobs a handful: found also when ANALYZE has seen the others
            "job_unfinished",
            "id",
            sqlite_where=text(UNFINISHED),
            postgresql_where=text(UNFINISHED),
        ),
        Index(
            "job_lane",
            "lane",
            "id",
            sqlite_where=text(f"lane IS NOT NULL AND {UNFINISHED}"),
            postgresql_where=text(f"lane IS NOT NULL AND {UNFINISHED}"),
        ),
        Index(
            "job_lane_running",
            "lane",
            unique=True,
            sqlite_where=text("lane IS NOT NULL AND state = 'running'"),
            postgresql_where=text("lane IS NOT NULL AND state = 'running'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str
    ref: str | None = Field(default=None, index=True)
    args: dict[str, Any] = Field(sa_column=_json())
    lane: str | None = None
    urgent: int = 0
    severity: int = Field(default=3, sa_column_kwargs={"server_default": "3"})
    state: str = Field(default="waiting", index=True)
    attempt: int = 0
    fence: int = 0
    due_at: float = 0.0
    enqueued_at: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
    waits_for: str | None = None
    worker: str | None = None
    error: str | None = Field(default=None, sa_column=Column(Text))
    result: dict[str, Any] | None = Field(default=None, sa_column=_json(nullable=True))


class JobAfterRow(SQLModel, table=True):
    """`job` (a key) waits for the job of `key`, which may not exist yet."""

    __tablename__: ClassVar[Any] = "job_after"

    job: str = Field(primary_key=True, foreign_key="job.key")
    key: str = Field(primary_key=True, index=True)


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


counters = _table(CounterRow)
incidents = _table(IncidentRow)
entries = _table(EntryRow)
alerts = _table(AlertRow)
inbox = _table(InboxRow)
people = _table(PersonRow)
room_names = _table(RoomNameRow)
attachments = _table(AttachmentRow)
parts = _table(PartRow)
jobs = _table(JobRow)
job_afters = _table(JobAfterRow)
METADATA = SQLModel.metadata
