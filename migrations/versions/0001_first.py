"""The first tables: journals, deliveries, people, room names, jobs.

Revision: 0001, after nothing.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True)


def _where(condition: str) -> dict[str, Any]:
    """The condition of a partial index, for both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    """Makes every table."""
    op.create_table(
        "alert",
        sa.Column("alert_id", AutoString(), nullable=False),
        sa.Column("ref", AutoString(), nullable=True),
        sa.Column("seen", JSON, nullable=False),
        sa.PrimaryKeyConstraint("alert_id"),
    )
    op.create_index("ix_alert_ref", "alert", ["ref"], unique=False)
    counter = op.create_table(
        "counter",
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "inbox",
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("main", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("outcome", AutoString(), nullable=False),
        sa.Column("ref", AutoString(), nullable=True),
        sa.Column("received_at", sa.Float(), nullable=False),
        sa.Column("answer", JSON, nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index(
        "inbox_kept",
        "inbox",
        ["received_at"],
        unique=False,
        **_where("raw IS NOT NULL OR answer IS NOT NULL"),
    )
    op.create_index("ix_inbox_ref", "inbox", ["ref"], unique=False)
    op.create_table(
        "incident",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ref", AutoString(), nullable=False),
        sa.Column("status", AutoString(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("channel_id", AutoString(), nullable=True),
        sa.Column("open_group", AutoString(), nullable=True),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("last_hash", AutoString(), nullable=False),
        sa.Column("state", JSON, nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("channel_id"),
        sa.UniqueConstraint("open_group"),
        sa.UniqueConstraint("ref"),
    )
    op.create_index("incident_status", "incident", ["status", "number"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("ref", AutoString(), nullable=True),
        sa.Column("args", JSON, nullable=False),
        sa.Column("lane", AutoString(), nullable=True),
        sa.Column("urgent", sa.Integer(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.Float(), nullable=False),
        sa.Column("worker", AutoString(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("result", JSON, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_job_ref", "job", ["ref"], unique=False)
    op.create_index("ix_job_state", "job", ["state"], unique=False)
    op.create_index(
        "job_lane",
        "job",
        ["lane", "id"],
        unique=False,
        **_where("lane IS NOT NULL AND state IN ('waiting', 'running')"),
    )
    op.create_index(
        "job_lane_running",
        "job",
        ["lane"],
        unique=True,
        **_where("lane IS NOT NULL AND state = 'running'"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("handle", AutoString(), nullable=True),
        sa.Column("slack_id", AutoString(), nullable=True),
        sa.Column("pagerduty_id", AutoString(), nullable=True),
        sa.Column("email", AutoString(), nullable=True),
        sa.Column("tz", AutoString(), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("fetched_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
        sa.UniqueConstraint("pagerduty_id"),
        sa.UniqueConstraint("slack_id"),
    )
    op.create_table(
        "room_name",
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("ref", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_room_name_ref", "room_name", ["ref"], unique=False)
    op.create_table(
        "entry",
        sa.Column("ref", AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("occurred_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("actor", JSON, nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("supersedes", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("redacted", sa.Boolean(), nullable=False),
        sa.Column("salt", AutoString(), nullable=True),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("hash", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ref"],
            ["incident.ref"],
        ),
        sa.PrimaryKeyConstraint("ref", "seq"),
    )
    op.create_table(
        "job_after",
        sa.Column("job", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["job"], ["job.key"]),
        sa.PrimaryKeyConstraint("job", "key"),
    )
    op.create_index("ix_job_after_key", "job_after", ["key"], unique=False)
    op.bulk_insert(counter, [{"name": "incident", "value": 0}])


def downgrade() -> None:
    """Drops every table and all that is in them."""
    for table in (
        "job_after",
        "entry",
        "room_name",
        "person",
        "job",
        "incident",
        "inbox",
        "counter",
        "alert",
    ):
        op.drop_table(table)
