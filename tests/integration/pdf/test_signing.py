"""Signed files as poppler's pdfsig, pyHanko and veraPDF see them."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pdf2image
import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from dossiers.errors import AlreadySignedError, ConfigurationError, IntegrityError, SigningError, TimestampError
from dossiers.model import ArchivalPdf, SignatureLevel
from dossiers.page import RecognizedPage
from pdf.archival import build_archival_pdf
from pdf.conformance import PdfaScope, check_pdfa
from pdf.files import hash_file
from pdf.identity import SigningIdentity, load_identity
from pdf.long_term import Assurance
from pdf.mark_text import MarkText
from pdf.signing import SigningOptions, sign_pdf
from pdf.timestamps import make_timestamper
from pdf.verification import verify_pdf
from tests.integration.pdf.time_authority import serve_garbage, serve_refusals, serve_time
from tests.support.drawn_pages import FACTS, LETTERS, ScanStyle, make_document, make_page
from tests.support.verapdf import validate_pdfa

MARK = MarkText("SAO Y", "ỦY BAN NHÂN DÂN XÃ HÒA LẠC", "Nguyễn Văn Ẫ")
OPTIONS = SigningOptions(reason="Số hóa", location="Kiên Giang")


def _stamped_by(url: str, timeout_s: float = 120) -> Assurance:
    return Assurance(SignatureLevel.B_T, make_timestamper(url, timeout_s))


def _ask_pdfsig(path: Path) -> str:
    return subprocess.run(["pdfsig", str(path)], capture_output=True, encoding="utf-8", check=False).stdout


@pytest.mark.parametrize("use_pss", [True, False])
def test_poppler_and_pyhanko_call_the_signature_good(
    letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path, use_pss: bool
) -> None:
    identity = dataclasses.replace(identity, uses_pss=use_pss)
    signed = sign_pdf(letter, tmp_path / "signed.pdf", identity, MARK, options=OPTIONS)
    said = _ask_pdfsig(signed.path)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    report = verify_pdf(signed.path, identity.trust_roots)
    (verdict,) = report.signatures
    assert report.is_sound
    assert report.is_trusted
    assert report.is_demonstration
    assert verdict.level is SignatureLevel.B_B is signed.level
    assert (verdict.signer, verdict.signed_at) == (identity.name, signed.signed_at)
    assert signed.sha256 == hash_file(signed.path)


def test_an_elliptic_key_signs_as_well(letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Nguyễn Văn Ẫ")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, identity.not_before, identity.not_after)
    usage = x509.KeyUsage(False, True, False, False, False, False, False, False, False)
    certificate = builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())
    stored = pkcs12.serialize_key_and_certificates(b"", key, certificate, None, BestAvailableEncryption(b"x"))
    (tmp_path / "ec.p12").write_bytes(stored)
    elliptic = load_identity(tmp_path / "ec.p12", b"x")
    signed = sign_pdf(letter, tmp_path / "signed.pdf", elliptic, MARK)
    assert "Signature is Valid" in _ask_pdfsig(signed.path)


def test_the_signature_says_why_where_and_who(letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path) -> None:
    signed = sign_pdf(letter, tmp_path / "signed.pdf", identity, MARK, options=OPTIONS)
    with pikepdf.open(signed.path) as pdf:
        value = pdf.Root.AcroForm.Fields[0].V
        assert [str(value[key]) for key in ("/Reason", "/Location", "/Name")] == ["Số hóa", "Kiên Giang", identity.name]
        assert str(value.M).endswith("+07'00'")


def test_the_signature_is_appended(letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path) -> None:
    signed = sign_pdf(letter, tmp_path / "signed.pdf", identity, MARK)
    assert signed.path.read_bytes().startswith(letter.path.read_bytes())
    assert hash_file(letter.path) == letter.sha256
    assert sorted(path.name for path in tmp_path.iterdir()) == ["letter.pdf", "page-1.png", "signed.pdf"]


def test_every_flipped_byte_is_noticed(letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path) -> None:
    signed = sign_pdf(letter, tmp_path / "signed.pdf", identity, MARK)
    data = signed.path.read_bytes()
    image_at = data.index(b"stream") + 100
    flipped = tmp_path / "flipped.pdf"
    flipped.write_bytes(data[:image_at] + bytes([data[image_at] ^ 1]) + data[image_at + 1 :])
    report = verify_pdf(flipped, identity.trust_roots)
    assert not report.is_sound
    assert not report.signatures[0].is_intact
    assert "Signature is Valid" not in _ask_pdfsig(flipped)


def test_the_reference_validator_says_pdfa(
    archival: ArchivalPdf, letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path
) -> None:
    signed = [
        sign_pdf(archival, tmp_path / "all-marked.pdf", identity, MARK, options=OPTIONS),
        sign_pdf(letter, tmp_path / "unmarked.pdf", identity),
        sign_pdf(_make_crowded(tmp_path), tmp_path / "crowded-marked.pdf", identity, MARK),
    ]
    for path, verdict in validate_pdfa([each.path for each in signed]).items():
        assert verdict.compliant, (path, verdict)
        report = check_pdfa(path)
        assert report.is_pdfa_2b, report
        assert report.scope is PdfaScope.WITHOUT_SIGNATURES


def _make_crowded_page(folder: Path) -> RecognizedPage:
    """A page whose first line stands at the very top, where the mark would be."""
    return make_page(folder, 7, ScanStyle("jpg", "L"), texts=["đầy trang " * 8, *LETTERS], top_px=40)


def _make_crowded(folder: Path) -> ArchivalPdf:
    page = _make_crowded_page(folder)
    return build_archival_pdf(make_document(page), folder / "crowded.pdf", FACTS)


def _look(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    (picture,) = pdf2image.convert_from_path(path, dpi=72, first_page=1, last_page=1, grayscale=True)
    return np.asarray(picture)


def test_the_mark_stands_at_the_top_right(letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path) -> None:
    signed = sign_pdf(letter, tmp_path / "signed.pdf", identity, MARK)
    before, after = _look(letter.path), _look(signed.path)
    assert before.shape == after.shape
    rows, columns = np.nonzero(np.abs(before.astype(int) - after.astype(int)) > 60)
    height, width = before.shape
    assert rows.size > 100
    assert rows.max() < 0.1 * height
    assert columns.min() > 0.55 * width


@pytest.mark.parametrize("is_scan_shown", [True, False])
def test_the_page_grows_where_the_mark_would_cover_ink(identity: SigningIdentity, tmp_path: Path, is_scan_shown: bool) -> None:
    crowded, page = _make_crowded(tmp_path), _make_crowded_page(tmp_path)
    signed = sign_pdf(crowded, tmp_path / "signed.pdf", identity, MARK, first_page=page if is_scan_shown else None)
    before, after = _look(crowded.path), _look(signed.path)
    grown = after.shape[0] - before.shape[0]
    assert 40 < grown < 90
    assert np.array_equal(after[grown + 1 :], before[1:])
    assert (after[:grown] < 100).sum() > 100
    assert verify_pdf(signed.path, identity.trust_roots).is_trusted


def test_the_text_of_the_scan_stays_in_order_behind_the_mark(
    letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path
) -> None:
    signed = sign_pdf(letter, tmp_path / "signed.pdf", identity, MARK)
    run = subprocess.run(["pdftotext", str(signed.path), "-"], capture_output=True, encoding="utf-8", check=True)
    lines = [line.strip() for line in run.stdout.replace("\f", "").splitlines() if line.strip()]
    assert lines[:3] == ["SAO Y", "ỦY BAN NHÂN DÂN XÃ HÒA LẠC", "Nguyễn Văn Ẫ"]
    assert lines[4:] == LETTERS


def test_a_time_stamp_of_an_authority(letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path) -> None:
    with serve_time() as authority:
        signed = sign_pdf(letter, tmp_path / "signed.pdf", identity, MARK, assurance=_stamped_by(authority.url))
    report = verify_pdf(signed.path, (*identity.trust_roots, authority.root))
    assert report.is_trusted
    assert report.signatures[0].level is SignatureLevel.B_T is signed.level
    assert "Signature is Valid" in _ask_pdfsig(signed.path)
    assert validate_pdfa([signed.path])[signed.path].compliant


def test_an_authority_that_is_not_trusted_makes_the_file_untrusted(
    letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path
) -> None:
    with serve_time() as authority:
        signed = sign_pdf(letter, tmp_path / "signed.pdf", identity, assurance=_stamped_by(authority.url))
    assert not verify_pdf(signed.path, identity.trust_roots).is_trusted


def test_an_authority_that_does_not_answer_is_retryable(letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path) -> None:
    with socket.socket() as silent, serve_refusals() as refusing, serve_garbage() as garbling:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        mute = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        for url in (mute, refusing, garbling, "http://127.0.0.1:1/"):
            with pytest.raises(TimestampError) as caught:
                sign_pdf(letter, tmp_path / "signed.pdf", identity, MARK, _stamped_by(url, timeout_s=0.5))
            assert caught.value.retryable
    assert not (tmp_path / "signed.pdf").exists()


def test_an_authority_that_is_no_url_is_a_configuration_error(
    letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError):
        sign_pdf(letter, tmp_path / "signed.pdf", identity, assurance=_stamped_by("file:///etc/passwd"))


def test_signing_inside_an_event_loop(letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path) -> None:
    async def sign() -> bool:
        signed = sign_pdf(letter, tmp_path / "signed.pdf", identity)
        return verify_pdf(signed.path, identity.trust_roots).is_trusted

    assert asyncio.run(sign())


def test_an_expired_certificate_signs_nothing(letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path) -> None:
    with pytest.raises(SigningError, match="expired"):
        sign_pdf(letter, tmp_path / "signed.pdf", identity, now=datetime.now(UTC) + timedelta(days=5000))
    assert not (tmp_path / "signed.pdf").exists()


def test_a_signed_file_is_not_signed_over(letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path) -> None:
    signed = sign_pdf(letter, tmp_path / "signed.pdf", identity)
    with pytest.raises(AlreadySignedError):
        sign_pdf(ArchivalPdf(signed.path, signed.sha256, 1), tmp_path / "again.pdf", identity)


def test_a_file_that_changed_before_signing_raises_the_alarm(
    letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path
) -> None:
    letter.path.write_bytes(letter.path.read_bytes() + b"\n")
    with pytest.raises(IntegrityError):
        sign_pdf(letter, tmp_path / "signed.pdf", identity)


def test_a_file_that_is_no_pdf_is_a_signing_error(identity: SigningIdentity, tmp_path: Path) -> None:
    junk = tmp_path / "junk.pdf"
    junk.write_bytes(b"no PDF")
    with pytest.raises(SigningError):
        sign_pdf(ArchivalPdf(junk, hash_file(junk), 1), tmp_path / "signed.pdf", identity)


def test_a_signature_takes_few_bytes_beyond_its_own(identity: SigningIdentity, letter: ArchivalPdf, tmp_path: Path) -> None:
    signed = sign_pdf(letter, tmp_path / "signed.pdf", identity)
    added = signed.path.read_bytes()[letter.path.stat().st_size :]
    contents = re.search(rb"/Contents <([0-9A-Fa-f]+)>", added)
    assert contents is not None
    assert len(contents[1]) - len(contents[1].rstrip(b"0")) < 1024  # of hex digits
    assert len(added) - len(contents[1]) < 2500
