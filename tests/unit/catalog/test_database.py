"""Opening the catalog, and what becomes of the database's own errors."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from catalog import Catalog, CatalogAddress, open_catalog
from catalog.database import Database
from dossiers.errors import ConfigurationError, SohoaError
from tests.unit.catalog.examples import make_entry


def test_what_was_written_is_there_when_opened_again(address: CatalogAddress) -> None:
    with open_catalog(address) as first:
        first.documents.upsert(make_entry("doc"))
    with open_catalog(address) as second:
        assert second.documents.get("doc") == make_entry("doc")


def test_foreign_keys_are_on(database: Database) -> None:
    with pytest.raises(SohoaError, match=r"(?i)foreign ?key"), database.write() as connection:
        connection.execute(text("INSERT INTO pages (document_id, number, text) VALUES (99, 1, '')"))


def test_a_catalog_of_another_form_asks_for_a_rebuild(address: CatalogAddress, database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE sohoa_revision SET version_num = '0'"))
    with pytest.raises(ConfigurationError, match="sohoa reindex"):
        open_catalog(address)


def test_a_lost_table_asks_for_a_rebuild(database: Database, catalog: Catalog) -> None:
    with database.write() as connection:
        connection.execute(text("DROP TABLE document_index"))
    with pytest.raises(ConfigurationError, match="sohoa reindex"):
        catalog.search("chữ")


@pytest.mark.parametrize("wrong", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "postgresql://u:secret-word@host/db"])
def test_a_wrong_url_is_a_fault_of_the_configuration_and_keeps_its_password(wrong: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_catalog(CatalogAddress(wrong))
    assert "secret-word" not in caught.value.message_en + caught.value.message_vi


def test_an_error_never_tells_the_values_of_a_statement(database: Database) -> None:
    with pytest.raises(SohoaError) as caught, database.write() as connection:
        connection.execute(
            text("INSERT INTO pages (document_id, number, text) VALUES (99, 1, :value)"), {"value": "079085123456"}
        )
    assert "079085123456" not in caught.value.message_en
    assert "079085123456" not in str(caught.value.__cause__)
