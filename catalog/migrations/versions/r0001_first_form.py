"""The catalog as it was when it knew SQLite only, and the same on PostgreSQL."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    op.create_table("facts", sa.Column("name", _key(50), primary_key=True), sa.Column("value", _key(200), nullable=False))
    _create_submissions()
    _create_documents()
    if op.get_bind().dialect.name == "postgresql":
        _create_postgresql_index()
    else:
        op.execute(
            "CREATE VIRTUAL TABLE document_index USING fts5("
            "fields, pages, fields_toned, pages_toned, tokenize = \"ascii tokenchars '_'\")"
        )


def _create_submissions() -> None:
    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("scan_sha256", _key(64), nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("dossier_number", _key(60), index=True),
        sa.Column("received_at", _moment(), nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("actor_name", sa.Text, nullable=False),
        sa.Column("actor_unit", sa.Text, nullable=False),
        sa.Column("state", _key(20), nullable=False, index=True),
        sa.Column("error_code", _key(60)),
        sa.Column("error_vi", sa.Text),
        sa.Column("error_en", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("flow_run_id", _key(60)),
        sa.Column("updated_at", _moment(), nullable=False),
    )
    op.create_table(
        "sightings",
        sa.Column("id", sa.Integer, primary_key=True),
        _belongs_to("submissions", "submission_id", index=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("dossier_number", _key(60)),
        sa.Column("seen_at", _moment(), nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("outcome", _key(20), nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, primary_key=True),
        _belongs_to("submissions", "submission_id", index=True),
        sa.Column("happened_at", _moment(), nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("what", _key(40), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )


def _create_documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("document_id", _key(100), nullable=False, unique=True),
        sa.Column("scan_sha256", _key(64), nullable=False, index=True),
        sa.Column("dossier_number", _key(60), index=True),
        sa.Column("role", _key(20), nullable=False),
        sa.Column("type_id", _key(100), nullable=False, index=True),
        sa.Column("type_name", sa.Text, nullable=False),
        sa.Column("type_score", sa.Float, nullable=False),
        sa.Column("first_page", sa.Integer, nullable=False),
        sa.Column("last_page", sa.Integer, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("issue_date", sa.Text, nullable=False),
        sa.Column("issuing_authority", sa.Text, nullable=False),
        sa.Column("abstract", sa.Text, nullable=False),
        sa.Column("signatory", sa.Text, nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("mean_confidence", sa.Float, nullable=False),
        sa.Column("state", _key(20), nullable=False),
        sa.Column("review_reasons", sa.JSON, nullable=False),
        sa.Column("signature_level", _key(10)),
        sa.Column("pdf_key", sa.Text, nullable=False),
        sa.Column("pdf_sha256", _key(64), nullable=False),
        sa.Column("words_key", sa.Text, nullable=False),
        sa.Column("metadata_key", sa.Text, nullable=False),
        sa.Column("archived_at", _moment(), nullable=False),
        sa.Index("documents_progress", "dossier_number", "role", "state", "archived_at"),
    )
    op.create_table(
        "pages",
        sa.Column("id", sa.Integer, primary_key=True),
        _belongs_to("documents", "document_id"),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.UniqueConstraint("document_id", "number"),
    )


def _create_postgresql_index() -> None:
    op.create_table(
        "document_index",
        sa.Column(
            "document_id",
            sa.Integer,
            sa.ForeignKey("documents.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("pages", sa.Text, nullable=False),
        sa.Column("fields_toned", sa.Text, nullable=False),
        sa.Column("pages_toned", sa.Text, nullable=False),
        sa.Column("words_a_page", ARRAY(sa.Integer), nullable=False),
        sa.Column("lexemes", TSVECTOR, nullable=False),
    )
    # New entries go straight into the index: a list of those pending would be read through at every search.
    op.create_index(
        "document_index_lexemes",
        "document_index",
        ["lexemes"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )


def _belongs_to(table: str, name: str, *, index: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False, index=index)


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _key(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.Text(collation="C"), "postgresql")
