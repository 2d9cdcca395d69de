"""Who holds which submission, what the metrics are made from, and with which recipe a document was made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the tables and the column; documents from before have an empty recipe until `sohoa reindex` reads it again."""
    op.create_table(
        "dispatches",
        sa.Column(
            "submission_id",
            sa.Integer,
            sa.ForeignKey("submissions.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("batch_id", _key(64), index=True),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("sends", sa.Integer, nullable=False),
    )
    op.create_table(
        "batches",
        sa.Column("batch_id", _key(64), primary_key=True),
        sa.Column("lane", _key(20), nullable=False),
        sa.Column("flow_run_id", _key(60)),
        sa.Column("beats", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "stage_times",
        sa.Column("stage", _key(40), primary_key=True),
        sa.Column("runs", sa.BigInteger, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("pages", sa.BigInteger, nullable=False),
    )
    op.add_column("documents", sa.Column("recipe", sa.Text, nullable=False, server_default=""))


def _key(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.Text(collation="C"), "postgresql")
