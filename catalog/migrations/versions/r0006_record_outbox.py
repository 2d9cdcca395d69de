"""Submissions of whose present standing the store may not have heard yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table, empty: what came apart before cannot be told from what somebody changed, so `sohoa reconcile` tells it."""
    op.create_table(
        "record_outbox",
        sa.Column(
            "submission_id",
            sa.Integer,
            sa.ForeignKey("submissions.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("token", sa.String(32).with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, index=True),
    )
