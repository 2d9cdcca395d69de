"""Drop ``facts``, whose one row said what Alembic's own table says from now on."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Drop the table; a program from before then refuses the catalog instead of misreading it."""
    op.drop_table("facts")
