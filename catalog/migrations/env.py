"""Run migrations on the connection that ``catalog.upgrading`` hands over; its transaction stays the caller's."""

from alembic import context

from catalog.schema import metadata, postgresql_metadata
from catalog.upgrading import REVISION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[metadata, postgresql_metadata],
    version_table=REVISION_TABLE,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
