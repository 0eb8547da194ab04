"""Reminders, kept files, and who has unfinished work; incidents found by their service.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

REMINDED = "remind_at IS NOT NULL"


def upgrade() -> None:
    """Adds two columns and two tables; the incidents that are there get their service's name."""
    with op.batch_alter_table("incident") as incident:
        incident.add_column(sa.Column("remind_at", sa.Float(), nullable=True))
        incident.add_column(sa.Column("service", sa.Text(), nullable=True))
    op.create_index(
        "incident_reminded",
        "incident",
        ["remind_at"],
        sqlite_where=sa.text(REMINDED),
        postgresql_where=sa.text(REMINDED),
    )
    op.create_index(
        "incident_private",
        "incident",
        ["number"],
        sqlite_where=sa.text("private = 1"),
        postgresql_where=sa.text("private"),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("UPDATE incident SET service = json_extract(state, '$.service')")
    else:
        op.execute("UPDATE incident SET service = state ->> 'service'")
    op.create_table(
        "attachment",
        sa.Column("file_id", AutoString(), primary_key=True),
        sa.Column("ref", AutoString(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mimetype", AutoString(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", AutoString(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
    )
    op.create_index("ix_attachment_ref", "attachment", ["ref"])
    op.create_table(
        "part",
        sa.Column("ref", AutoString(), primary_key=True),
        sa.Column("slack_id", AutoString(), primary_key=True),
        sa.Column("kind", AutoString(), primary_key=True),
    )
    op.create_index("ix_part_slack_id", "part", ["slack_id"])


def downgrade() -> None:
    """Drops them."""
    op.drop_index("ix_part_slack_id", "part")
    op.drop_table("part")
    op.drop_index("ix_attachment_ref", "attachment")
    op.drop_table("attachment")
    op.drop_index("incident_private", "incident")
    op.drop_index("incident_reminded", "incident")
    with op.batch_alter_table("incident") as incident:
        incident.drop_column("service")
        incident.drop_column("remind_at")
