"""Proof bundles of every kind of document: each level of signature, each kind of copy, and files that came in signed."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from dossiers.errors import TimestampError
from dossiers.model import CatalogEntry, SignatureLevel, SigningRole
from operations.outcomes import load_metadata
from operations.paths import FoundScan
from operations.proving import prove_document
from operations.receiving import receive
from operations.steps import archive_documents, make_pdfs, read_scan, understand_scan
from operations.trail_anchoring import anchor_trail
from runtime.wiring import House
from tests.integration.pdf.time_authority import serve_time
from tests.support.kept_documents import CLERK, NUMBER, make_settings
from tests.support.pki import PASSPHRASE, TestPki


def open_house(pki: TestPki, folder: Path, level: str, **more: Any) -> House:
    """Open a house whose officer and agency have certificates of the test PKI."""
    (folder / "pass").write_bytes(PASSPHRASE)
    (folder / "pass").chmod(0o600)
    keys = {
        label: {"identity": "pkcs12", "pkcs12_file": pki.write_pkcs12(label), "passphrase_file": folder / "pass"}
        for label in ("officer", "agency")
    }
    signing = {**keys["officer"], "agency_key": keys["agency"], "level": level, "trust_files": [pki.write_root()]}
    if level != "B-B":
        signing["timestamp_url"] = pki.tsa_url()
    return House(make_settings(folder / "home", signing={**signing, "network_timeout_s": 120, **more}))


def hand_in(house: House, path: Path) -> CatalogEntry:
    """Take a file the whole way into the archive and return the one document that it became."""
    scan = receive(house, FoundScan(path, NUMBER), CLERK).sha256
    described = understand_scan(house, scan, read_scan(house, scan))
    archive_documents(house, scan, described, make_pdfs(house, scan, described, CLERK), CLERK)
    (entry,) = house.catalog.documents.list_of_scan(scan)
    return entry


def draw_scan(folder: Path) -> Path:
    page = Image.new("L", (413, 584), 255)
    ImageDraw.Draw(page).text((40, 80), "QUYET DINH", fill=0)
    page.save(folder / "scan.png")
    return folder / "scan.png"


def let_a_stranger_verify(house: House, entry: CatalogEntry, folder: Path) -> subprocess.CompletedProcess[str]:
    """Unpack a bundle elsewhere and run its program with nothing but Python and openssl."""
    with zipfile.ZipFile(prove_document(house, entry, folder / "proof.zip", CLERK)) as packed:
        packed.extractall(folder / "bundle")
    command = [sys.executable, "-I", str(folder / "bundle" / "verify.py")]
    return subprocess.run(
        command, env={"PATH": os.environ["PATH"]}, cwd="/", capture_output=True, text=True, check=False, timeout=300
    )


@pytest.mark.parametrize("level", list(SignatureLevel))
def test_a_stranger_finds_each_level_valid(level: SignatureLevel, pki: TestPki, tmp_path: Path) -> None:
    with open_house(pki, tmp_path, level.value) as house:
        entry = hand_in(house, draw_scan(tmp_path))
        assert entry.signature_level is level
        done = let_a_stranger_verify(house, entry, tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    number = 2 if level is SignatureLevel.B_LTA else 1
    assert f"ok     signature 1 of {number} in the PDF holds" in done.stdout
    assert "CN=Nguyễn Văn Thử" in done.stdout
    assert ("a time stamp over the whole document" in done.stdout) is (number == 2)


def test_a_file_that_came_in_signed_is_proved_with_the_signature_of_others(pki: TestPki, tmp_path: Path) -> None:
    with open_house(pki, tmp_path, "B-T") as others:
        entry = hand_in(others, draw_scan(tmp_path))
        others.archive.read_pdf(load_metadata(others, entry), tmp_path / "ket-qua.pdf")
    with House(make_settings(tmp_path / "ours")) as house:  # which trusts none of their authorities
        done = let_a_stranger_verify(house, hand_in(house, tmp_path / "ket-qua.pdf"), tmp_path)
    assert done.returncode == 0, done.stdout
    assert "signature 1 of 1 in the PDF holds (by others" in done.stdout


def test_a_stamp_of_an_authority_that_is_not_trusted_is_never_stored(pki: TestPki, tmp_path: Path) -> None:
    with serve_time() as unknown, open_house(pki, tmp_path, "B-T", timestamp_url=unknown.url) as house:
        with pytest.raises(TimestampError, match="trust_files"):
            hand_in(house, draw_scan(tmp_path))
        with pytest.raises(TimestampError, match="trust_files"):
            anchor_trail(house)
        assert list(house.archive.list_document_ids()) == house.trail.list_anchors() == []


@pytest.mark.parametrize(
    ("mark", "signer"),
    [
        ({}, SigningRole.OFFICER),
        ({"mark": {"kind": "sao_y"}}, SigningRole.AGENCY),
        ({"mark": {"kind": "sao_luc"}}, SigningRole.AGENCY),
        ({"mark": {"kind": "trich_sao"}}, SigningRole.AGENCY),
        ({"mark": {"kind": "sao_y"}, "form": "BẢN SỐ HÓA"}, SigningRole.OFFICER),
    ],
)
def test_who_signs_follows_from_what_the_mark_says(
    mark: dict[str, Any], signer: SigningRole, pki: TestPki, tmp_path: Path
) -> None:
    with open_house(pki, tmp_path, "B-B", **mark) as house:
        pdf = load_metadata(house, hand_in(house, draw_scan(tmp_path))).pdf
    assert pdf.role is signer
    assert pdf.signer == {SigningRole.OFFICER: "Nguyễn Văn Thử", SigningRole.AGENCY: "UBND XÃ THỬ NGHIỆM"}[signer]
