"""A proof bundle as a stranger has it: another folder, no Sohoa, no network, nothing but Python and openssl."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from asn1crypto import pem
from PIL import Image, ImageDraw

from dossiers.errors import ConfigurationError
from dossiers.model import Actor
from operations.paths import FoundScan
from operations.proving import prove_document
from operations.receipt_manifest import find_day_manifest
from operations.receiving import receive
from operations.searching import search_archive
from operations.steps import archive_documents, make_pdfs, read_scan, understand_scan
from operations.trail_anchoring import anchor_trail
from runtime.settings import ReadingSettings, Settings
from runtime.wiring import House
from samples.generator.dice import Dice
from tests.support.signing_authority import make_authority
from tests.support.sohoa_command import REPOSITORY

CLERK = Actor("clerk-1", "Trần Thị Bình", "Bộ phận Một cửa")
OTHER_QUERY = "một người khác"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with one signed document, whose acts lie on both sides of an anchor."""
    folder = tmp_path_factory.mktemp("proving")
    page = Image.new("L", (413, 584), 255)
    ImageDraw.Draw(page).text((40, 80), "QUYET DINH", fill=0)
    page.save(folder / "scan.png")
    with House(Settings(home=folder / "home", reading=ReadingSettings(engine="null"))) as opened:
        scan = receive(opened, FoundScan(folder / "scan.png", "H01.31.12-261008-0001"), CLERK).sha256
        search_archive(opened, OTHER_QUERY, CLERK)
        anchor_trail(opened)
        described = understand_scan(opened, scan, read_scan(opened, scan))
        archive_documents(opened, scan, described, make_pdfs(opened, scan, described, CLERK), CLERK)
        search_archive(opened, OTHER_QUERY, CLERK)
        yield opened


@pytest.fixture(scope="module")
def bundle(house: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which a stranger unpacked the bundle."""
    folder = tmp_path_factory.mktemp("stranger")
    (entry,) = house.catalog.documents.list_documents()
    with zipfile.ZipFile(prove_document(house, entry, folder / "proof.zip", CLERK, "tòa án yêu cầu")) as packed:
        packed.extractall(folder / "bundle")
    return folder / "bundle"


def verify(folder: Path, program: Path | None = None, *options: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the program of a bundle as a stranger does: isolated, in a folder and an environment of its own."""
    command = [sys.executable, "-I", str(program or folder / "verify.py"), str(folder), *map(str, options)]
    environment = {name: os.environ[name] for name in ("PATH", "SSL_CERT_DIR") if name in os.environ}
    return subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, check=False, timeout=300)


def test_a_stranger_finds_it_valid(bundle: Path) -> None:
    done = verify(bundle)
    assert (done.returncode, "FAILED" in done.stdout, done.stderr) == (0, False, ""), done.stdout
    assert done.stdout.endswith("VALID / HỢP LỆ\n")
    for told in ("clerk-1 ingest", "clerk-1 sign", "clerk-1 archive", "clerk-1 prove", "signature 1 of 1 in the PDF holds"):
        assert told in done.stdout


def test_other_entries_of_the_trail_are_not_told(bundle: Path) -> None:
    assert not any(OTHER_QUERY.encode() in path.read_bytes() for path in bundle.rglob("*") if path.is_file())
    spans = json.loads((bundle / "trail.json").read_bytes())["spans"]
    assert len(spans) == 2
    assert any(isinstance(step, str) for span in spans for step in span["steps"])


def test_its_program_is_short_and_needs_the_standard_library_only() -> None:
    program = (REPOSITORY / "operations" / "proof_bundle" / "verify.py").read_text().splitlines()
    assert len(program) < 240
    imported = {line.split()[1].partition(".")[0] for line in program if line.startswith(("import ", "from "))}
    assert imported <= set(sys.stdlib_module_names)


def test_a_flipped_byte_in_any_member_is_found(bundle: Path, tmp_path: Path) -> None:
    chance = Dice(5)
    members = sorted(path.relative_to(bundle) for path in bundle.rglob("*") if path.is_file())
    assert len(members) >= 15
    for member in members:
        damaged = shutil.copytree(bundle, tmp_path / "damaged")
        flip(damaged / member, chance)
        done = verify(damaged, bundle / "verify.py")
        assert (done.returncode, "FAILED" in done.stdout) == (1, True), f"{member}: {done.stdout}"
        shutil.rmtree(damaged)


def test_each_of_200_flipped_bytes_is_found(bundle: Path, tmp_path: Path) -> None:
    """By the first of the program's checks alone, or by openssl where that check rests on a signature."""
    spec = importlib.util.spec_from_file_location("proof_verify", bundle / "verify.py")
    assert spec is not None
    assert spec.loader is not None
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    chance = Dice(7)
    members = sorted(path.relative_to(bundle) for path in bundle.rglob("*") if path.is_file())
    for _ in range(200):
        member = chance.choice(members)
        folder = shutil.copytree(bundle, tmp_path / "damaged")
        flip(folder / member, chance)
        program.FAILED.clear()
        try:
            program.check_members(folder)
            if not program.FAILED:
                program.check_manifest_signature(folder, folder / "certificates.pem")
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            program.FAILED.append("unreadable")
        assert program.FAILED, member
        shutil.rmtree(folder)


def test_a_missing_and_a_foreign_file_are_found(bundle: Path, tmp_path: Path) -> None:
    damaged = shutil.copytree(bundle, tmp_path / "damaged")
    (damaged / "lock.json").unlink()
    (damaged / "more.txt").write_text("x")
    done = verify(damaged)
    assert done.returncode == 1
    assert "FAILED no other file is here: more.txt" in done.stdout


def test_another_authority_does_not_do(bundle: Path, tmp_path: Path) -> None:
    with House(Settings(home=tmp_path / "other")) as other:
        identity = other.identity
        (tmp_path / "other.pem").write_bytes(b"".join(pem.armor("CERTIFICATE", root.dump()) for root in identity.trust_roots))
    done = verify(bundle, None, "--ca", tmp_path / "other.pem")
    assert done.returncode == 1
    assert "FAILED the agency signed the manifest" in done.stdout


def test_what_the_strangers_machine_trusts_does_not_do(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every machine trusts a hundred authorities of the web, and a certificate of theirs can be had by anybody."""
    (tmp_path / "trust").mkdir()
    for number, (_, _, der) in enumerate(pem.unarmor((bundle / "certificates.pem").read_bytes(), multiple=True)):
        (tmp_path / "trust" / f"{number}.pem").write_bytes(pem.armor("CERTIFICATE", der))
    (tmp_path / "other.pem").write_bytes(make_authority().pem)
    subprocess.run(["openssl", "rehash", tmp_path / "trust"], check=True)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "trust"))
    done = verify(bundle, None, "--ca", tmp_path / "other.pem")
    assert done.returncode == 1
    assert "FAILED the agency signed the manifest" in done.stdout


def test_without_openssl_it_says_what_is_missing(bundle: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = verify(bundle)
    assert (done.returncode, done.stderr) == (2, "")
    assert "openssl" in done.stdout
    assert "HỢP LỆ" not in done.stdout


def test_it_tells_who_signed(bundle: Path) -> None:
    assert "by subject=" in verify(bundle).stdout
    assert "Sohoa Demonstration Agency" in verify(bundle).stdout


def test_links_and_a_trail_that_tells_nothing_are_found(bundle: Path, tmp_path: Path) -> None:
    damaged = shutil.copytree(bundle, tmp_path / "damaged")
    (damaged / "elsewhere").symlink_to(tmp_path, target_is_directory=True)
    (damaged / "trail.json").write_text('{"spans": []}')
    done = verify(damaged)
    assert "FAILED no other file is here: elsewhere" in done.stdout
    assert "FAILED the trail tells of this document" in done.stdout


def test_the_signed_manifest_of_the_day_is_in_it_and_followed(
    house: House, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):  # others' scans, whose lines lie around the one that is looked for
        (tmp_path / f"{number}.png").write_bytes(f"not read {number}".encode())
        receive(house, FoundScan(tmp_path / f"{number}.png"), CLERK)
    (entry,) = house.catalog.documents.list_documents()
    received_at = house.catalog.submissions.get(entry.scan_sha256).received_at
    manifest = find_day_manifest(house, entry.scan_sha256, received_at, CLERK)
    assert manifest is not None
    assert (bundle / "day" / "segment.jsonl").read_bytes() == manifest.segment
    assert len(house.manifests.list_heads()) == 1, "what is signed is not signed again"
    assert find_day_manifest(house, "0" * 64, received_at, CLERK) is None
    other_scan = replace(manifest, segment=manifest.segment.replace(entry.scan_sha256.encode(), b"0" * 64))
    other_head = replace(manifest, head=manifest.head + b" ")
    for name, forged in (("other-scan", other_scan), ("other-head", other_head)):
        monkeypatch.setattr("operations.proving.find_day_manifest", lambda *_, found=forged: found)
        with zipfile.ZipFile(prove_document(house, entry, tmp_path / f"{name}.zip", CLERK)) as packed:
            packed.extractall(tmp_path / name)
        assert verify(tmp_path / name).returncode == 1


def test_it_is_not_written_over(house: House, bundle: Path) -> None:
    (entry,) = house.catalog.documents.list_documents()
    with pytest.raises(ConfigurationError, match="exists already"):
        prove_document(house, entry, bundle.parent / "proof.zip", CLERK)


def flip(path: Path, chance: Dice) -> None:
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
