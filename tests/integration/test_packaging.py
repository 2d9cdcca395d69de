"""Archive packages of a dossier, judged by eark-validator, by the XSDs of METS, EAD 3 and PREMIS 3, and byte by byte."""

from __future__ import annotations

import json
import os
import shutil
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from dossiers.errors import IntegrityError, NotFoundError, ReviewNeededError, UnreadablePathError
from dossiers.model import DescribedDocument, Provenance, ReviewReason, ScannedFile, SignedPdf
from operations.packaging import package_dossier
from runtime.settings import Settings
from runtime.wiring import House
from storage.metadata import Recipe, to_catalog_entry
from tests.support.documents import CLERK, DOSSIER, RECEIVED_AT, SCAN_SHA256, make_described, make_scan, make_signed
from tests.support.eark import judge_package, list_faults
from tests.support.signature_checks import TRUSTED

RECIPE = Recipe(engine="test reader", pipeline_version="1")
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(Settings(home=tmp_path / "home")) as opened:
        yield opened


@pytest.fixture
def dossier(house: House, tmp_path: Path) -> House:
    """A dossier of a scanned decision and a result that came in signed."""
    scan = make_scan(tmp_path)
    house.archive.keep_original(scan.path, SCAN_SHA256, scan.name, RECEIVED_AT, CLERK)
    signed = make_signed(tmp_path)
    result = replace(make_described(first_page=3), signature_check=TRUSTED, provenance=Provenance.BORN_DIGITAL)
    for described, pdf in ((make_described(), signed), (result, replace(signed, level=None, signer="", signed_at=None))):
        store(house, scan, described, pdf)
    return house


def store(house: House, scan: ScannedFile, described: DescribedDocument, pdf: SignedPdf) -> None:
    stored = house.archive.store_document(scan, described, pdf, recipe=RECIPE, actor=CLERK)
    metadata = house.archive.find_document(DOSSIER, stored.document_id)
    assert metadata is not None
    house.catalog.documents.upsert(to_catalog_entry(metadata, ()))


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_others_on_the_machine_cannot_read_it(dossier: House, tmp_path: Path, name: str) -> None:
    before = os.umask(0o022)
    try:
        place = package_dossier(dossier, DOSSIER, tmp_path / name, CLERK, with_originals=True, now=NOW).path
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (place, *place.rglob("*"))} == {0}


def test_a_package_passes_the_validators_and_holds_every_byte(dossier: House, tmp_path: Path) -> None:
    made = package_dossier(dossier, DOSSIER, tmp_path / "out", CLERK, with_originals=True, now=NOW)
    verdict = judge_package(made.path)
    assert list_faults(verdict) == []
    assert verdict["warnings"] == []
    assert set(verdict["files"]) == {file.path for file in made.files} - {"METS.xml"}
    data = made.path / "representations"
    assert sorted(path.read_bytes() for path in data.glob("rep1/data/*.pdf")) == [b"%PDF-1.7 signed"] * 2
    assert [path.read_bytes() for path in data.glob("originals/data/*")] == [b"a scan"]
    ead = (made.path / "metadata/descriptive/ead.xml").read_text(encoding="utf-8")
    for words in ("confidenceLevel", "03", "Về việc cấp giấy phép xây dựng nhà ở riêng lẻ", "arcFileCode", DOSSIER):
        assert words in ead
    premis = (data / "rep1/metadata/preservation/premis.xml").read_text(encoding="utf-8")
    for words in ("transfer", "digital signature generation", "digital signature validation", "normalization", "fixity check"):
        assert f"<eventType>{words}</eventType>" in premis


def test_a_zip_holds_one_folder_and_is_the_same_each_time(dossier: House, tmp_path: Path) -> None:
    first = package_dossier(dossier, DOSSIER, tmp_path / "a.zip", CLERK, now=NOW)
    second = package_dossier(dossier, DOSSIER, tmp_path / "b.zip", CLERK, now=NOW)
    assert first.path.read_bytes() == second.path.read_bytes()
    with zipfile.ZipFile(first.path) as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {first.package_id}
    assert list_faults(judge_package(first.path)) == []


@pytest.mark.parametrize("kind", ["changed", "missing", "added", "mets"])
def test_a_tampered_package_fails(dossier: House, tmp_path: Path, kind: str) -> None:
    made = package_dossier(dossier, DOSSIER, tmp_path, CLERK, now=NOW)
    pdf = next(made.path.glob("representations/rep1/data/*.pdf"))
    if kind == "changed":
        pdf.write_bytes(b"%PDF-1.7 sIgned")
    elif kind == "missing":
        pdf.unlink()
    elif kind == "added":
        shutil.copy(pdf, pdf.with_name("other.pdf"))
    else:
        mets = made.path / "METS.xml"
        mets.write_text(mets.read_text(encoding="utf-8").replace('"CURRENT"', '"FORGED"'), encoding="utf-8")
    assert list_faults(judge_package(made.path))


def test_a_package_is_never_half_there_nor_over_another(dossier: House, tmp_path: Path) -> None:
    made = package_dossier(dossier, DOSSIER, tmp_path / "out", CLERK, now=NOW)
    before = {path: path.read_bytes() for path in made.path.rglob("*") if path.is_file()}
    with pytest.raises(UnreadablePathError):
        package_dossier(dossier, DOSSIER, tmp_path / "out", CLERK, now=NOW + timedelta(days=1))
    assert {path: path.read_bytes() for path in made.path.rglob("*") if path.is_file()} == before
    for path in (tmp_path / "home" / "objects" / "archive").rglob("*"):
        if path.is_file() and path.read_bytes() == b"%PDF-1.7 signed":
            path.chmod(0o600)
            path.write_bytes(b"%PDF-1.7 sIgned")
    with pytest.raises(IntegrityError):
        package_dossier(dossier, DOSSIER, tmp_path / "next", CLERK, now=NOW)
    assert not list((tmp_path / "next").glob("*")) if (tmp_path / "next").exists() else True


def test_what_waits_for_a_person_is_not_handed_over(dossier: House, tmp_path: Path) -> None:
    waiting = make_described(first_page=5, review_reasons=(ReviewReason.UNKNOWN_TYPE,))
    store(dossier, make_scan(tmp_path), waiting, make_signed(tmp_path))
    with pytest.raises(ReviewNeededError):
        package_dossier(dossier, DOSSIER, tmp_path / "out", CLERK)
    made = package_dossier(dossier, DOSSIER, tmp_path / "out", CLERK, without_waiting=True)
    assert (made.documents, made.waiting) == (2, 1)
    with pytest.raises(NotFoundError):
        package_dossier(dossier, "H01.50.05.13-261008-9999", tmp_path / "out", CLERK)


def test_the_json_form_names_every_file_with_its_digest(dossier: House, tmp_path: Path) -> None:
    made = package_dossier(dossier, DOSSIER, tmp_path / "out", CLERK, now=NOW)
    told = json.loads(json.dumps(made.to_json()))
    assert list(told) == ["path", "package", "documents", "waiting", "files"]
    for file in told["files"]:
        assert sha256((made.path / file["path"]).read_bytes()).hexdigest() == file["sha256"]
