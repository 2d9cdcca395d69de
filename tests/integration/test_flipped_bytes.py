"""Each single flipped bit of an archived, signed file is noticed by what ``sohoa verify`` does."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dossiers.model import DocumentRole, ScannedFile
from operations.archiving import recipe_of
from operations.signing import make_signed_pdf
from operations.verifying import verify_entry, verify_file
from pdf.files import hash_file
from runtime.settings import load_settings
from runtime.wiring import House
from samples.generator.dice import Dice
from storage.metadata import to_catalog_entry
from tests.support.documents import CLERK
from tests.support.drawn_pages import ScanStyle, make_document, make_page

FLIPS = 200
NOW = datetime.now(UTC)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("SOHOA_HOME", str(tmp_path / "home"))
    return House(load_settings())


def test_every_flipped_bit_of_an_archived_file_is_noticed(house: House, tmp_path: Path) -> None:
    page = make_page(tmp_path, 1, ScanStyle("png", "1"))
    described = make_document(page)
    signed = make_signed_pdf(house, tmp_path, described, NOW, DocumentRole.COMPONENT)
    scan = ScannedFile(page.source.path, described.document.scan_sha256, 6, "scan.png", described.dossier_number, NOW)
    house.archive.store_document(scan, described, signed, recipe=recipe_of(house), actor=CLERK)
    (record,) = house.archive.iter_documents()
    entry = to_catalog_entry(record, described.document.pages)
    house.catalog.documents.upsert(entry)
    assert verify_entry(house, entry, CLERK).is_genuine
    stored = next(path for path in tmp_path.joinpath("home", "objects").rglob("*") if _is(path, signed.sha256))
    data, chance = stored.read_bytes(), Dice(7)
    stored.chmod(0o600)
    for _ in range(FLIPS):
        place = chance.randrange(len(data))
        changed = bytearray(data)
        changed[place] ^= 1 << chance.randrange(8)
        stored.write_bytes(changed)
        assert not verify_entry(house, entry, CLERK).is_genuine, place
    outside = tmp_path / "outside.pdf"
    for _ in range(20):
        place = chance.randrange(len(data))
        changed = bytearray(data)
        changed[place] ^= 1 << chance.randrange(8)
        outside.write_bytes(changed)
        assert verify_file(house, outside).digest_matches is None, place  # not the archive's, whatever its signature says
    stored.write_bytes(data)
    assert verify_entry(house, entry, CLERK).is_genuine


def _is(path: Path, sha256: str) -> bool:
    return path.is_file() and path.stat().st_size > 0 and hash_file(path) == sha256
