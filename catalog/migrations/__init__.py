"""How a catalog gets its tables and every later change of them, in order, on SQLite and PostgreSQL alike.

To change the tables: change ``catalog/schema.py``, add ``versions/rNNNN_what_changes.py`` with the next number as its revision
(copy the newest), and run tests/unit/catalog/test_migrations.py, which compares the two. A migration that was released never
changes. Prefer ``add_column``; what SQLite cannot alter stands in ``op.batch_alter_table``, which makes the table anew there.
"""
