"""The verdict on the signatures of documents that came in signed by others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; documents from before are without a verdict until their scan is replayed."""
    op.add_column(
        "documents", sa.Column("signature_standing", sa.String(20).with_variant(sa.Text(collation="C"), "postgresql"))
    )
    op.create_index("ix_documents_signature_standing", "documents", ["signature_standing"])
