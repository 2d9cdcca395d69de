"""Verification of files that are damaged, changed, or meant to deceive."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from dossiers.errors import InputError, PasswordProtectedError, TruncatedFileError, UnreadablePathError
from dossiers.model import ArchivalPdf, SignedPdf
from pdf.conformance import check_pdfa
from pdf.identity import SigningIdentity
from pdf.signing import sign_pdf
from pdf.verification import verify_pdf


@pytest.fixture
def signed(letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path) -> SignedPdf:
    return sign_pdf(letter, tmp_path / "signed.pdf", identity)


def test_an_unsigned_file_has_an_empty_report(letter: ArchivalPdf, identity: SigningIdentity) -> None:
    report = verify_pdf(letter.path, identity.trust_roots)
    assert not report.is_signed
    assert not report.is_sound
    assert not report.is_trusted


def test_an_unknown_root_is_sound_but_not_trusted(signed: SignedPdf, other_identity: SigningIdentity) -> None:
    for roots in ((), other_identity.trust_roots):
        report = verify_pdf(signed.path, roots)
        assert report.is_sound
        assert not report.is_trusted


def test_a_page_changed_after_signing_is_noticed(signed: SignedPdf, identity: SigningIdentity) -> None:
    with signed.path.open("rb+") as file:
        writer = IncrementalPdfFileWriter(file)
        page = writer.root["/Pages"]["/Kids"][0]
        page["/MediaBox"] = generic.ArrayObject([generic.NumberObject(edge) for edge in (0, 0, 100, 100)])
        writer.update_container(page)
        writer.write_in_place()
    report = verify_pdf(signed.path, identity.trust_roots)
    assert not report.is_sound
    assert report.signatures[0].is_intact
    assert not report.signatures[0].covers_file
    assert report.signatures[0].modification == "other"


def test_bytes_appended_after_signing_are_noticed(signed: SignedPdf, identity: SigningIdentity) -> None:
    with signed.path.open("ab") as file:
        file.write(b"\n% something more\n")
    assert not verify_pdf(signed.path, identity.trust_roots).is_sound


def test_a_rewritten_file_is_not_sound(signed: SignedPdf, identity: SigningIdentity, tmp_path: Path) -> None:
    rewritten = tmp_path / "rewritten.pdf"
    with pikepdf.open(signed.path) as pdf:
        pdf.save(rewritten)
    assert not verify_pdf(rewritten, identity.trust_roots).is_sound


def test_a_signature_that_is_no_signature_is_a_verdict(signed: SignedPdf, identity: SigningIdentity) -> None:
    data = bytearray(signed.path.read_bytes())
    start = data.index(b"/Contents <") + len(b"/Contents <")
    data[start : start + 400] = b"00" * 200
    signed.path.write_bytes(data)
    (verdict,) = verify_pdf(signed.path, identity.trust_roots).signatures
    assert not verdict.is_sound
    assert not verdict.is_trusted
    assert verdict.problem


@pytest.mark.parametrize(
    "data",
    [b"", b"junk", b"%PDF-1.7\n", b"%PDF-1.7\nstartxref\n0\n%%EOF", b"%PDF-1.7\n" + b"[" * 100_000, b"\0" * 10_000],
)
def test_junk_is_an_input_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "junk.pdf"
    path.write_bytes(data)
    for judge in (lambda: verify_pdf(path, ()), lambda: check_pdfa(path)):
        with pytest.raises(InputError):
            judge()


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    for judge in (lambda: verify_pdf(tmp_path / "none.pdf", ()), lambda: check_pdfa(tmp_path / "none.pdf")):
        with pytest.raises(UnreadablePathError):
            judge()


def test_a_file_cut_short_never_passes(signed: SignedPdf, identity: SigningIdentity, tmp_path: Path) -> None:
    data = signed.path.read_bytes()
    path = tmp_path / "cut.pdf"
    for length in range(1000, len(data) - 1, len(data) // 12):
        path.write_bytes(data[:length])
        with contextlib.suppress(TruncatedFileError):
            assert not verify_pdf(path, identity.trust_roots).is_sound


def test_bytes_hidden_behind_the_signature_are_noticed(signed: SignedPdf, identity: SigningIdentity) -> None:
    data = bytearray(signed.path.read_bytes())
    end = data.index(b">", data.index(b"/Contents <"))
    data[end - 8 : end] = b"DEADBEEF"
    signed.path.write_bytes(data)
    report = verify_pdf(signed.path, identity.trust_roots)
    assert not report.is_sound
    assert report.signatures[0].problem


def test_a_signature_of_an_unknown_kind_is_not_overlooked(signed: SignedPdf, identity: SigningIdentity) -> None:
    data = signed.path.read_bytes()
    signed.path.write_bytes(data.replace(b"/ETSI.CAdES.detached", b"/adbe.x509.rsa_sha1 "))
    report = verify_pdf(signed.path, identity.trust_roots)
    assert report.is_signed
    assert not report.is_sound


def test_an_encrypted_file_says_so(letter: ArchivalPdf, tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    with pikepdf.open(letter.path) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="a", user="b"))
    for judge in (lambda: verify_pdf(path, ()), lambda: check_pdfa(path)):
        with pytest.raises(PasswordProtectedError):
            judge()


def test_a_form_that_is_no_signature_is_not_waved_through(letter: ArchivalPdf, tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    with pikepdf.open(letter.path) as pdf:
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([]), XFA=pikepdf.String("<xdp/>"))
        pdf.save(path)
    assert not check_pdfa(path).is_pdfa_2b
