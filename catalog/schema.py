"""The tables of the catalog. They hold nothing that cannot be rebuilt from the object store, save the history.

A database gets them from ``catalog.migrations``; a test holds the two together on SQLite and PostgreSQL. SQLite's search
index is a virtual table, which SQLAlchemy does not describe: see the first migration.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.types import TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """A moment; kept in UTC, also where the database forgets time zones. Naive moments are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _key(length: int) -> TypeEngine[str]:
    """Return a text type that both databases compare and sort by code points; SQLite does so anyway, and knows no length."""
    return String(length).with_variant(Text(collation="C"), "postgresql")


metadata = MetaData()
postgresql_metadata = MetaData()
"""The tables that PostgreSQL has besides."""

submissions = Table(
    "submissions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scan_sha256", _key(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("dossier_number", _key(60), index=True),
    Column("received_at", UtcDateTime, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("actor_unit", Text, nullable=False),
    Column("state", _key(20), nullable=False, index=True),
    Column("error_code", _key(60)),
    Column("error_vi", Text),
    Column("error_en", Text),
    Column("attempts", Integer, nullable=False),
    Column("flow_run_id", _key(60)),
    Column("updated_at", UtcDateTime, nullable=False),
)

sightings = Table(
    "sightings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission_id", ForeignKey("submissions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("dossier_number", _key(60)),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("outcome", _key(20), nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission_id", ForeignKey("submissions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("happened_at", UtcDateTime, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("what", _key(40), nullable=False),
    Column("detail", Text, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", _key(100), nullable=False, unique=True),
    Column("scan_sha256", _key(64), nullable=False, index=True),
    Column("dossier_number", _key(60), index=True),
    Column("role", _key(20), nullable=False),
    Column("type_id", _key(100), nullable=False, index=True),
    Column("type_name", Text, nullable=False),
    Column("type_score", Float, nullable=False),
    Column("first_page", Integer, nullable=False),
    Column("last_page", Integer, nullable=False),
    Column("number", Text, nullable=False),
    Column("issue_date", Text, nullable=False),
    Column("issuing_authority", Text, nullable=False),
    Column("abstract", Text, nullable=False),
    Column("signatory", Text, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("mean_confidence", Float, nullable=False),
    Column("state", _key(20), nullable=False),
    Column("review_reasons", JSON, nullable=False),
    Column("signature_level", _key(10)),
    Column("pdf_key", Text, nullable=False),
    Column("pdf_sha256", _key(64), nullable=False),
    Column("words_key", Text, nullable=False),
    Column("metadata_key", Text, nullable=False),
    Column("archived_at", UtcDateTime, nullable=False),
    Column("recipe", Text, nullable=False, server_default=""),
    Column("signature_standing", _key(20), index=True),
    Index("documents_progress", "dossier_number", "role", "state", "archived_at"),
)

pages = Table(
    "pages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("document_id", "number"),
)

document_index = Table(
    "document_index",
    postgresql_metadata,
    Column("document_id", ForeignKey(documents.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("fields", Text, nullable=False),
    Column("pages", Text, nullable=False),
    Column("fields_toned", Text, nullable=False),
    Column("pages_toned", Text, nullable=False),
    Column("words_a_page", ARRAY(Integer), nullable=False),
    Column("lexemes", TSVECTOR, nullable=False),
    Index("document_index_lexemes", "lexemes", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
)

# What the dispatcher knows of a submission; no row yet means never sent. ``batch_id`` names the batch that holds it now.
dispatches = Table(
    "dispatches",
    metadata,
    Column("submission_id", ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("batch_id", _key(64), index=True),
    Column("priority", Integer, nullable=False, default=0),
    Column("tries", Integer, nullable=False, default=0),
    Column("sends", Integer, nullable=False, default=0),
)

# Batches under way. ``beats`` grows as long as somebody works on one.
batches = Table(
    "batches",
    metadata,
    Column("batch_id", _key(64), primary_key=True),
    Column("lane", _key(20), nullable=False),
    Column("flow_run_id", _key(60)),
    Column("beats", Integer, nullable=False, default=0),
    Column("created_at", UtcDateTime, nullable=False),
)

# Submissions of whose present standing the store may not have heard yet; see ``catalog.record_outbox``.
record_outbox = Table(
    "record_outbox",
    metadata,
    Column("submission_id", ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("token", _key(32), nullable=False),
    Column("since", UtcDateTime, nullable=False, index=True),
)

# How often each stage ran and how long, over all workers; what the metrics are made from.
stage_times = Table(
    "stage_times",
    metadata,
    Column("stage", _key(40), primary_key=True),
    Column("runs", BigInteger, nullable=False, default=0),
    Column("seconds", Float, nullable=False, default=0.0),
    Column("pages", BigInteger, nullable=False, default=0),
)

# The trail's head (one row) and where its entries stand; the trail itself lies in the store.
trail_head = Table(
    "trail_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", _key(64), nullable=False),
)

trail_entries = Table(
    "trail_entries",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", _key(32), nullable=False, index=True),
    Column("segment_key", _key(200), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", _key(200), nullable=False, index=True),
    Column("action", _key(40), nullable=False),
    Column("subject", _key(200), nullable=False, index=True),
)
