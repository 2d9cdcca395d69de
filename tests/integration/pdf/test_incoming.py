"""The verdict on PDFs that come in signed by others: every way in which one can be good, doubtful, broken or hostile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import crl
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation.dss import DocumentSecurityStore

import pdf.verification
from dossiers.model import ArchivalPdf, SignatureLevel
from dossiers.signatures import Revocation, SignatureCheck, SignatureProblem, SignatureStanding
from pdf.identity import SigningIdentity, load_identity
from pdf.incoming import check_incoming, fingerprints, judge_incoming
from pdf.long_term import Assurance
from pdf.signature_facts import clean_text
from pdf.signing import sign_pdf
from pdf.timestamps import make_timestamper
from tests.integration.pdf.time_authority import serve_time
from tests.support.signing_authority import AGENCY, AUTHORITY, ORGANISATION, SigningAuthority, make_authority

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
Judge = Callable[[Path], SignatureCheck]


@pytest.fixture(scope="module")
def authority() -> SigningAuthority:
    return make_authority()


@pytest.fixture
def judge(authority: SigningAuthority) -> Judge:
    return lambda path: judge_incoming(path, (authority.root,), datetime.now(UTC))


def load(bundle: bytes, folder: Path) -> SigningIdentity:
    path = folder / "signer.p12"
    path.write_bytes(bundle)
    return load_identity(path, b"x", NOW)


@pytest.fixture
def signed(letter: ArchivalPdf, authority: SigningAuthority, tmp_path: Path) -> Path:
    identity = load(authority.issue()[0], tmp_path)
    return sign_pdf(letter, tmp_path / "signed.pdf", identity).path


def test_a_good_signature_of_a_known_authority_is_trusted(signed: Path, authority: SigningAuthority) -> None:
    check = check_incoming(signed, (authority.root,), datetime.now(UTC))
    (signature,) = check.signatures
    assert check.standing is SignatureStanding.TRUSTED
    assert (signature.signer, signature.organisation, signature.authority) == (AGENCY, ORGANISATION, AUTHORITY)
    assert (signature.is_intact, signature.is_valid, signature.is_trusted, signature.covers_file) == (True,) * 4
    assert (signature.level, signature.form, signature.changes_after) == ("B-B", "ETSI.CAdES.detached", "none")
    assert (signature.is_timestamped, signature.revocation) == (False, Revocation.NOT_CARRIED)
    assert check.trust_roots == fingerprints((authority.root,))


def test_an_unknown_root_is_not_trusted_and_says_so(signed: Path) -> None:
    check = judge_incoming(signed, (), NOW)
    assert check.standing is SignatureStanding.UNTRUSTED
    assert check.problems == (SignatureProblem.UNKNOWN_ROOT,)
    assert check.trust_roots == ()


def test_a_demonstration_signature_is_never_trusted(letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path) -> None:
    path = sign_pdf(letter, tmp_path / "signed.pdf", identity).path
    check = judge_incoming(path, identity.trust_roots, NOW)
    assert check.standing is SignatureStanding.UNTRUSTED
    assert check.problems == (SignatureProblem.DEMONSTRATION,)


def test_an_altered_byte_breaks_it(signed: Path, judge: Judge) -> None:
    data = bytearray(signed.read_bytes())
    data[data.index(b":Producer") + 12] ^= 1
    signed.write_bytes(data)
    check = judge(signed)
    assert check.standing is SignatureStanding.BROKEN
    assert SignatureProblem.ALTERED in check.problems


def test_a_page_changed_afterwards_breaks_it(signed: Path, judge: Judge) -> None:
    with signed.open("rb+") as file:
        writer = IncrementalPdfFileWriter(file)
        page = writer.root["/Pages"]["/Kids"][0]
        page["/MediaBox"] = generic.ArrayObject([generic.NumberObject(edge) for edge in (0, 0, 100, 100)])
        writer.update_container(page)
        writer.write_in_place()
    check = judge(signed)
    assert check.standing is SignatureStanding.BROKEN
    assert check.problems == (SignatureProblem.CHANGED_AFTER,)
    assert check.signatures[0].changes_after == "other"


def test_bytes_behind_the_signature_value_break_it(signed: Path, judge: Judge) -> None:
    data = bytearray(signed.read_bytes())
    end = data.index(b">", data.index(b"/Contents <"))
    data[end - 8 : end] = b"DEADBEEF"
    signed.write_bytes(data)
    assert judge(signed).standing is SignatureStanding.BROKEN


def test_a_certificate_that_is_over_is_trusted_only_by_a_time_stamp(
    letter: ArchivalPdf, authority: SigningAuthority, tmp_path: Path
) -> None:
    identity = load(authority.issue(until=NOW + HOUR)[0], tmp_path)
    plain = sign_pdf(letter, tmp_path / "plain.pdf", identity).path
    with serve_time() as stamps:
        assurance = Assurance(SignatureLevel.B_T, make_timestamper(stamps.url))
        stamped = sign_pdf(letter, tmp_path / "stamped.pdf", identity, None, assurance).path
    later = datetime.now(UTC) + 2 * HOUR
    assert judge_incoming(plain, (authority.root,), later).problems == (SignatureProblem.OUT_OF_TIME,)
    check = judge_incoming(stamped, (authority.root, stamps.root), later)
    assert check.standing is SignatureStanding.TRUSTED
    assert check.signatures[0].is_timestamped
    assert check.signatures[0].level == "B-T"
    untrusted = judge_incoming(stamped, (authority.root,), later)
    assert set(untrusted.problems) == {SignatureProblem.OUT_OF_TIME, SignatureProblem.STAMP_UNTRUSTED}


def carry(path: Path, revoked: crl.CertificateList) -> None:
    """Put a list of revoked certificates into the file's document security store."""
    with path.open("rb+") as file:
        DocumentSecurityStore.add_dss(file, sig_contents=None, crls=[revoked], force_write=True)


@pytest.mark.parametrize("is_revoked", [True, False])
def test_revocation_is_told_from_what_the_file_carries(
    letter: ArchivalPdf, authority: SigningAuthority, tmp_path: Path, is_revoked: bool
) -> None:
    bundle, serial = authority.issue()
    path = sign_pdf(letter, tmp_path / "signed.pdf", load(bundle, tmp_path)).path
    carry(path, authority.revoke(*([serial] if is_revoked else []), at=NOW - HOUR, told=NOW))
    check = judge_incoming(path, (authority.root,), datetime.now(UTC))
    assert check.signatures[0].revocation is (Revocation.REVOKED if is_revoked else Revocation.GOOD)
    assert check.standing is (SignatureStanding.UNTRUSTED if is_revoked else SignatureStanding.TRUSTED)
    assert (SignatureProblem.REVOKED in check.problems) is is_revoked


def sign_again(source: Path, target: Path, bundle: bytes) -> None:
    """Sign a signed file once more, as the second agency does."""
    signer = signers.SimpleSigner.load_pkcs12_data(bundle, [], passphrase=b"x")
    assert signer is not None
    with source.open("rb") as before, target.open("wb") as after:
        metadata = signers.PdfSignatureMetadata(field_name="Second", subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED)
        signers.sign_pdf(IncrementalPdfFileWriter(before), metadata, signer, output=after)


def test_two_signatures_are_told_oldest_first(signed: Path, authority: SigningAuthority, tmp_path: Path) -> None:
    other, second = make_authority(), tmp_path / "second.pdf"
    sign_again(signed, second, other.issue()[0])
    check = judge_incoming(second, (authority.root,), datetime.now(UTC))
    assert [signature.field_name for signature in check.signatures] == ["SohoaSignature", "Second"]
    assert [signature.is_trusted for signature in check.signatures] == [True, False]
    assert [signature.form for signature in check.signatures] == ["ETSI.CAdES.detached", "adbe.pkcs7.detached"]
    assert [signature.level for signature in check.signatures] == ["B-B", ""]
    assert check.signatures[0].changes_after == "form_filling"
    assert check.standing is SignatureStanding.UNTRUSTED
    both = judge_incoming(second, (authority.root, other.root), datetime.now(UTC))
    assert both.standing is SignatureStanding.TRUSTED


def test_a_time_stamp_alone_names_no_signer(letter: ArchivalPdf, authority: SigningAuthority, tmp_path: Path) -> None:
    path = tmp_path / "stamped.pdf"
    with serve_time() as stamps, letter.path.open("rb") as before, path.open("wb") as after:
        stamper = signers.PdfTimeStamper(make_timestamper(stamps.url))
        asyncio.run(stamper.async_timestamp_pdf(IncrementalPdfFileWriter(before), "sha256", output=after))
    check = judge_incoming(path, (authority.root,), NOW)
    assert (check.signatures, check.problems) == ((), ())
    assert check.standing is SignatureStanding.UNTRUSTED


def test_an_xfa_form_waits_for_a_person(letter: ArchivalPdf, authority: SigningAuthority, tmp_path: Path, judge: Judge) -> None:
    form = tmp_path / "form.pdf"
    with pikepdf.open(letter.path) as document:
        document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([]), XFA=pikepdf.String("<xdp/>"))
        document.save(form)
    path = tmp_path / "signed.pdf"
    sign_again(form, path, authority.issue()[0])
    check = judge(path)
    assert check.signatures[0].is_trusted
    assert check.problems == (SignatureProblem.XFA,)
    assert check.standing is SignatureStanding.UNTRUSTED


def test_an_encrypted_file_is_unchecked(signed: Path, tmp_path: Path, judge: Judge) -> None:
    path = tmp_path / "locked.pdf"
    with pikepdf.open(signed) as document:
        document.save(path, encryption=pikepdf.Encryption(owner="a", user=""))
    check = judge(path)
    assert check.problems == (SignatureProblem.ENCRYPTED,)
    assert check.standing is SignatureStanding.UNCHECKED


@pytest.mark.parametrize("limit", ["MAX_SIGNATURES", "MAX_BYTES"])
def test_a_file_over_a_limit_is_unchecked(signed: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(pdf.verification, limit, 0)
    check = judge(signed)
    assert check.problems == (SignatureProblem.OVER_LIMIT,)
    assert check.standing is SignatureStanding.UNCHECKED


def test_a_check_that_is_late_is_ended(signed: Path, authority: SigningAuthority) -> None:
    check = check_incoming(signed, (authority.root,), NOW, timeout_s=0.01)
    assert check.problems == (SignatureProblem.OVER_LIMIT,)
    assert "0.01 s" in check.detail


@pytest.mark.parametrize("data", [b"%PDF-1.7\n" + b"[" * 100_000 + b"/ByteRange", b"\0" * 10_000])
def test_a_hostile_file_is_a_verdict(tmp_path: Path, authority: SigningAuthority, data: bytes) -> None:
    path = tmp_path / "hostile.pdf"
    path.write_bytes(data)
    check = check_incoming(path, (authority.root,), NOW)
    assert check.standing is SignatureStanding.BROKEN
    assert check.problems == (SignatureProblem.UNREADABLE,)


def test_names_from_a_file_are_shown_as_one_plain_line() -> None:
    assert clean_text("A\x1b[31m\nB\u202e") == "A[31m B"
