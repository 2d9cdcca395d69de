"""Files that are to last: what proves them and how much of it, new stamps over old ones, and what was added afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import crl
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.validation.dss import DocumentSecurityStore

from dossiers.model import ArchivalPdf, SignatureLevel, SignedPdf
from pdf.certificate_check import Demand
from pdf.document_stamps import find_newest_stamp
from pdf.http_exchange import exchange
from pdf.judgement import Revocation
from pdf.long_term import extend_proof
from pdf.mark_text import MarkText
from pdf.signing import sign_pdf
from pdf.verification import verify_pdf
from tests.support.assurances import ask_pdfsig, assure
from tests.support.pki import TestPki
from tests.support.verapdf import validate_pdfa

MARK = MarkText("SAO Y", "ỦY BAN NHÂN DÂN XÃ HÒA LẠC", "Nguyễn Văn Ẫ")


def _sign_and_prove(pki: TestPki, letter: ArchivalPdf, path: Path, label: str, crls: tuple[str, ...]) -> SignedPdf:
    """Sign as a program would that checks nothing, and add CRLs to the file."""
    assurance = assure(pki, SignatureLevel.B_T, demand=Demand.OFF)
    signed = sign_pdf(letter, path, pki.identity(label), assurance=assurance)
    with path.open("rb+") as file:
        DocumentSecurityStore.add_dss(
            file,
            None,
            certs=[pki.certificate("interm")],
            crls=[crl.CertificateList.load(_get(f"{pki.url}/province/crls/{name}/latest.crl")) for name in crls],
        )
    return signed


def _get(url: str) -> bytes:
    return exchange(url, None, "", timeout_s=120, max_bytes=1_000_000)


def test_a_revoked_certificate_is_a_verdict(pki: TestPki, letter: ArchivalPdf, tmp_path: Path) -> None:
    signed = _sign_and_prove(pki, letter, tmp_path / "signed.pdf", "revoked", ("root", "interm"))
    report = verify_pdf(signed.path, [pki.root])
    (verdict,) = report.signatures
    assert verdict.revocation is Revocation.REVOKED
    assert report.is_sound
    assert not report.is_trusted
    assert verdict.level is SignatureLevel.B_T


def test_data_that_prove_only_a_part_make_no_higher_level(pki: TestPki, letter: ArchivalPdf, tmp_path: Path) -> None:
    partly = _sign_and_prove(pki, letter, tmp_path / "partly.pdf", "officer", ("interm",))
    (verdict,) = verify_pdf(partly.path, [pki.root]).signatures
    assert (verdict.level, verdict.revocation) == (SignatureLevel.B_T, Revocation.UNKNOWN)
    wholly = _sign_and_prove(pki, letter, tmp_path / "wholly.pdf", "officer", ("interm", "root"))
    (verdict,) = verify_pdf(wholly.path, [pki.root]).signatures
    assert (verdict.level, verdict.revocation) == (SignatureLevel.B_LT, Revocation.GOOD)


def test_a_new_stamp_outlives_the_old_ones_certificate(pki: TestPki, letter: ArchivalPdf, tmp_path: Path) -> None:
    short = assure(pki, tsa="tsa-short")
    signed = sign_pdf(letter, tmp_path / "signed.pdf", pki.identity("officer"), MARK, short)
    assert signed.stamped_until == pki.certificate("tsa-short").not_valid_after
    before = signed.path.read_bytes()
    for _ in range(2):
        with signed.path.open("rb+") as file:
            extend_proof(file, assure(pki), with_stamp=True)
        assert signed.path.read_bytes().startswith(before)
        (verdict,) = verify_pdf(signed.path, [pki.root]).signatures
        assert verdict.level is SignatureLevel.B_LTA
        assert verify_pdf(signed.path, [pki.root]).is_trusted
        assert "Signature is Valid" in ask_pdfsig(signed.path)
    newest = find_newest_stamp(signed.path)
    assert newest is not None
    assert newest.reliable_until == min(pki.certificate("tsa").not_valid_after, datetime(2030, 12, 31, tzinfo=UTC))
    ((_, vera),) = validate_pdfa([signed.path]).items()
    assert vera.compliant, vera.faults


def test_an_unsigned_page_added_to_a_long_term_file_is_noticed(pki: TestPki, letter: ArchivalPdf, tmp_path: Path) -> None:
    signed = sign_pdf(letter, tmp_path / "signed.pdf", pki.identity("officer"), assurance=assure(pki))
    with signed.path.open("rb+") as file:
        writer = IncrementalPdfFileWriter(file)
        page, _ = writer.find_page_for_modification(0)
        page.get_object()["/Rotate"] = writer.prev.root["/Pages"]["/Count"].__class__(90)
        writer.update_container(page.get_object())
        writer.write_in_place()
    assert not verify_pdf(signed.path, [pki.root]).is_sound
