"""The head of the trail, and where its entries stand in the store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the tables, empty: the first who writes into the trail, and `sohoa reindex`, fill them from the store."""
    op.create_table(
        "trail_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("hash", _key(64), nullable=False),
    )
    op.create_table(
        "trail_entries",
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("event_id", _key(32), nullable=False, index=True),
        sa.Column("segment_key", _key(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", _key(200), nullable=False, index=True),
        sa.Column("action", _key(40), nullable=False),
        sa.Column("subject", _key(200), nullable=False, index=True),
    )


def _key(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.Text(collation="C"), "postgresql")
