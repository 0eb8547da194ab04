"""Jobs by severity, with their age and the side they wait for; open incidents found at once.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UNFINISHED = "state IN ('waiting', 'running')"
NOT_OVER = "status IN ('open', 'acknowledged', 'mitigated')"


def upgrade() -> None:
    """Adds columns and indexes; the jobs that are there get their incident's severity."""
    with op.batch_alter_table("job") as job:
        job.add_column(sa.Column("severity", sa.Integer(), nullable=False, server_default="3"))
        job.add_column(sa.Column("enqueued_at", sa.Float(), nullable=False, server_default="0"))
        job.add_column(sa.Column("waits_for", AutoString(), nullable=True))
    op.create_index(
        "incident_open",
        "incident",
        ["number"],
        sqlite_where=sa.text(NOT_OVER),
        postgresql_where=sa.text(NOT_OVER),
    )
    op.create_index(
        "job_unfinished",
        "job",
        ["id"],
        sqlite_where=sa.text(UNFINISHED),
        postgresql_where=sa.text(UNFINISHED),
    )
    op.execute("UPDATE job SET enqueued_at = due_at")
    op.execute(
        "UPDATE job SET severity = (SELECT severity FROM incident WHERE incident.ref = job.ref) "
        "WHERE ref IN (SELECT ref FROM incident)"
    )


def downgrade() -> None:
    """Drops them."""
    op.drop_index("job_unfinished", "job")
    op.drop_index("incident_open", "incident")
    with op.batch_alter_table("job") as job:
        for column in ("severity", "enqueued_at", "waits_for"):
            job.drop_column(column)
