"""Jobs in the order of severity, when they came to be, and for which outside they wait.

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


def upgrade() -> None:
    """Adds the columns; jobs that are there get their incident's severity and count as new."""
    with op.batch_alter_table("job") as job:
        job.add_column(sa.Column("severity", sa.Integer(), nullable=False, server_default="3"))
        job.add_column(sa.Column("enqueued_at", sa.Float(), nullable=False, server_default="0"))
        job.add_column(sa.Column("waits_for", AutoString(), nullable=True))
    op.execute("UPDATE job SET enqueued_at = due_at")
    op.execute(
        "UPDATE job SET severity = (SELECT severity FROM incident WHERE incident.ref = job.ref) "
        "WHERE ref IN (SELECT ref FROM incident)"
    )


def downgrade() -> None:
    """Drops the columns."""
    with op.batch_alter_table("job") as job:
        for column in ("severity", "enqueued_at", "waits_for"):
            job.drop_column(column)
