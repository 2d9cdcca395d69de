"""PAdES B-B to B-LTA with every kind of key, judged by pyHanko, poppler and veraPDF; and what the servers of a PKI do wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from dossiers.errors import (
    CertificateError,
    ConfigurationError,
    RevocationUnavailableError,
    SohoaError,
    TimestampError,
)
from dossiers.model import ArchivalPdf, RevocationStatus, SignatureLevel
from pdf.certificate_check import Demand, TrustBase, check_certificate
from pdf.conformance import check_pdfa
from pdf.identity import SigningIdentity, open_token_identity
from pdf.judgement import Revocation
from pdf.long_term import Assurance
from pdf.mark_text import MarkText
from pdf.revocation import RevocationSource
from pdf.signing import sign_pdf
from pdf.timestamps import make_timestamper
from pdf.token_key import TokenAddress, TokenSession
from pdf.verification import verify_pdf
from tests.support.assurances import ask_pdfsig, assure
from tests.support.pki import TestPki
from tests.support.soft_token import running_soft_token
from tests.support.verapdf import validate_pdfa

MARK = MarkText("SAO Y", "ỦY BAN NHÂN DÂN XÃ HÒA LẠC", "Nguyễn Văn Ẫ")
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def identities(running: TestPki, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, SigningIdentity]]:
    """Every kind of key, in a file and on a token."""
    with running_soft_token(tmp_path_factory.mktemp("softhsm")) as token:
        chain = tuple(running.certificate(label).dump() for label in ("interm",))
        for number, label in enumerate(("officer", "officer-ec"), start=1):
            token.store(
                running.private_key(label), label, bytes([number]), (running.certificate(label).dump(), *chain[: number % 2])
            )
        sessions = {
            label: TokenSession(TokenAddress(token.module, token.label, label), token.pin.encode)
            for label in ("officer", "officer-ec")
        }
        yield {
            "file-pss": running.identity("officer"),
            "file-pkcs1v15": running.identity("officer", uses_pss=False),
            "file-ecdsa": running.identity("officer-ec"),
            "token-pss": open_token_identity(sessions["officer"]),
            "token-pkcs1v15": open_token_identity(sessions["officer"], uses_pss=False),
            "token-ecdsa": open_token_identity(sessions["officer-ec"]),
        }


def test_every_level_with_every_key_is_valid_for_everyone(
    pki: TestPki, identities: dict[str, SigningIdentity], letter: ArchivalPdf, tmp_path: Path
) -> None:
    made: dict[Path, SignatureLevel] = {}
    for level in SignatureLevel:
        assurance = assure(pki, level)
        for name, identity in identities.items():
            signed = sign_pdf(letter, tmp_path / f"{level}-{name}.pdf", identity, MARK, assurance)
            assert signed.level is level
            made[signed.path] = level
    asked = dict(pki.faults.asked)
    for path, level in made.items():
        (verdict,) = verify_pdf(path, [pki.root]).signatures
        assert verify_pdf(path, [pki.root]).is_trusted, (path.name, verdict)
        assert verdict.level is level, (path.name, verdict)
        assert check_pdfa(path).is_pdfa_2b, check_pdfa(path).findings
        assert verdict.revocation is (Revocation.GOOD if level.is_long_term else Revocation.UNKNOWN)
        said = ask_pdfsig(path)
        # poppler 22.12 knows no stamps of the whole document: it leaves them unjudged.
        assert "Signature is Valid" in said.split("Signature #2")[0], said
        assert "nvalid" not in said, said
    assert dict(pki.faults.asked) == asked, "verification must not use the network"
    for path, vera in validate_pdfa(made).items():
        assert vera.compliant, (path.name, vera.faults)


def test_a_batch_asks_about_revocation_once(pki: TestPki, letter: ArchivalPdf, tmp_path: Path) -> None:
    assurance, officer = assure(pki), pki.identity("officer")
    for number in range(5):
        sign_pdf(letter, tmp_path / f"{number}.pdf", officer, assurance=assurance)
    assert pki.faults.asked["ocsp"] == 1
    assert pki.faults.asked["crls"] <= 2
    assert pki.faults.asked["tsa"] == 10


def test_the_bytes_that_were_signed_stay(pki: TestPki, letter: ArchivalPdf, tmp_path: Path) -> None:
    signed = sign_pdf(letter, tmp_path / "signed.pdf", pki.identity("officer"), assurance=assure(pki))
    assert signed.path.read_bytes().startswith(letter.path.read_bytes())
    with signed.path.open("rb") as file:
        reader = PdfFileReader(file)
        assert [each.sig_object_type for each in reader.embedded_signatures] == ["/Sig", "/DocTimeStamp"]


@pytest.mark.parametrize(
    ("label", "source"), [("officer", "OCSP http://127"), ("ocsp-only", "OCSP http://127"), ("crl-only", "CRL http://127")]
)
def test_the_check_is_kept(pki: TestPki, letter: ArchivalPdf, tmp_path: Path, label: str, source: str) -> None:
    for level in (SignatureLevel.B_B, SignatureLevel.B_LT):
        signed = sign_pdf(letter, tmp_path / f"{level}.pdf", pki.identity(label), assurance=assure(pki, level))
        check = signed.certificate_check
        assert check is not None
        assert check.revocation is RevocationStatus.GOOD
        assert check.is_chain_trusted
        assert check.source.startswith(source)
        assert check.source_time is not None
        assert check.authority == "CA thử nghiệm cấp 2"
        assert abs(check.checked_at - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("label", "words"),
    [("revoked", "revoked"), ("revoked-by-crl", "revoked"), ("expired", "expired"), ("future", "valid only from")],
)
@pytest.mark.parametrize("level", [SignatureLevel.B_B, SignatureLevel.B_LTA])
def test_a_bad_certificate_signs_nothing(
    pki: TestPki, letter: ArchivalPdf, tmp_path: Path, label: str, words: str, level: SignatureLevel
) -> None:
    certificate = pki.certificate(label)
    then = certificate.not_valid_before + timedelta(hours=1)  # read while it was good, as a long-lived process may have done
    identity = pki.identity(label, then)
    with pytest.raises(CertificateError, match=words) as caught:
        sign_pdf(letter, tmp_path / "signed.pdf", identity, assurance=assure(pki, level, demand=Demand.REQUIRE))
    assert not caught.value.retryable
    assert not (tmp_path / "signed.pdf").exists()
    assert pki.faults.asked["tsa"] == 0


def test_a_certificate_of_another_use_signs_nothing(pki: TestPki) -> None:
    with pytest.raises(CertificateError, match="usage"):
        pki.identity("tls")


@pytest.mark.parametrize("fault", ["down", "endless", "lying"])
def test_without_an_answer_about_revocation_a_later_try_helps(
    pki: TestPki, letter: ArchivalPdf, tmp_path: Path, fault: str
) -> None:
    if fault == "lying":
        pki.faults.is_lying = True
    else:
        getattr(pki.faults, fault).add("ocsp")
    officer = pki.identity("ocsp-only")
    source = RevocationSource(timeout_s=120)
    with pytest.raises(RevocationUnavailableError) as caught:
        sign_pdf(letter, tmp_path / "signed.pdf", officer, assurance=assure(pki, source=source))
    assert caught.value.retryable
    assert letter.path.is_file()
    assert [path.name for path in tmp_path.glob("signed*")] == []
    tried = sign_pdf(letter, tmp_path / "tried.pdf", officer, assurance=assure(pki, SignatureLevel.B_B, demand=Demand.TRY))
    assert tried.certificate_check is not None
    assert tried.certificate_check.revocation is RevocationStatus.UNREACHABLE
    pki.faults.clear()
    source._failures.clear()  # a minute later
    sign_pdf(letter, tmp_path / "signed.pdf", officer, assurance=assure(pki, source=source))


@pytest.mark.parametrize("fault", ["down", "lying"])
def test_where_ocsp_is_of_no_use_the_crl_serves(pki: TestPki, letter: ArchivalPdf, tmp_path: Path, fault: str) -> None:
    if fault == "down":
        pki.faults.down.add("ocsp")
    pki.faults.is_lying = fault == "lying"
    for demand in (Demand.REQUIRE, Demand.TRY):
        level = SignatureLevel.B_LTA if demand is Demand.REQUIRE else SignatureLevel.B_B
        signed = sign_pdf(
            letter, tmp_path / f"{level}.pdf", pki.identity("officer"), assurance=assure(pki, level, demand=demand)
        )
        assert signed.certificate_check is not None
        assert signed.certificate_check.source.startswith("CRL")
        (verdict,) = verify_pdf(signed.path, [pki.root]).signatures
        assert (verdict.level, verdict.is_trusted) == (level, True)


def test_a_slow_responder_is_believed(pki: TestPki, letter: ArchivalPdf, tmp_path: Path) -> None:
    pki.faults.delay_s = 1.5  # its answer is then younger than the question by more than a second
    signed = sign_pdf(letter, tmp_path / "signed.pdf", pki.identity("ocsp-only"), assurance=assure(pki))
    assert signed.certificate_check is not None
    assert signed.certificate_check.source.startswith("OCSP")
    (verdict,) = verify_pdf(signed.path, [pki.root]).signatures
    assert (verdict.level, verdict.is_trusted) == (SignatureLevel.B_LTA, True)


def test_a_certificate_that_issued_itself(pki: TestPki) -> None:
    alone = dataclasses.replace(pki.identity("officer"), certificate=pki.root, chain=())
    base = TrustBase((pki.root,), RevocationSource(timeout_s=120), Demand.REQUIRE)
    assert check_certificate(alone, base, NOW).is_chain_trusted
    strange = TrustBase((), RevocationSource(timeout_s=120), Demand.TRY)
    assert not check_certificate(alone, strange, NOW).is_chain_trusted
    with pytest.raises(CertificateError, match="itself"):
        check_certificate(alone, dataclasses.replace(strange, demand=Demand.REQUIRE), NOW)


def test_a_dead_server_delays_a_batch_once(pki: TestPki, letter: ArchivalPdf, tmp_path: Path) -> None:
    pki.faults.down.add("ocsp")
    assurance = assure(pki, SignatureLevel.B_B, demand=Demand.TRY)
    for number in range(4):
        sign_pdf(letter, tmp_path / f"{number}.pdf", pki.identity("ocsp-only"), assurance=assurance)
    assert pki.faults.asked["ocsp"] == 1


def test_mirrors_are_asked_first(pki: TestPki, letter: ArchivalPdf, tmp_path: Path) -> None:
    services = f"{pki.url}/province"
    source = RevocationSource(f"{services}/ocsp/interm?mirror", (f"{services}/crls/interm/latest.crl?mirror",), timeout_s=120)
    for label in ("officer", "crl-only"):
        signed = sign_pdf(letter, tmp_path / f"{label}.pdf", pki.identity(label), assurance=assure(pki, source=source))
        assert signed.certificate_check is not None
        assert signed.certificate_check.source.endswith("?mirror")


def test_a_certificate_that_names_nobody_to_ask(pki: TestPki, letter: ArchivalPdf, tmp_path: Path) -> None:
    identity = pki.identity("no-pointers")
    with pytest.raises(CertificateError, match="neither OCSP nor CRL") as caught:
        sign_pdf(letter, tmp_path / "again.pdf", identity, assurance=assure(pki))
    assert not caught.value.retryable


def test_an_unknown_root_signs_only_where_nothing_must_be_known(
    pki: TestPki, letter: ArchivalPdf, tmp_path: Path, identity: SigningIdentity
) -> None:
    strange = TrustBase(identity.trust_roots, RevocationSource(timeout_s=120), Demand.TRY)
    signed = sign_pdf(letter, tmp_path / "b.pdf", pki.identity("officer"), assurance=Assurance(trust=strange))
    assert signed.certificate_check is not None
    assert not signed.certificate_check.is_chain_trusted
    required = dataclasses.replace(strange, demand=Demand.REQUIRE)
    with pytest.raises(CertificateError, match="trust_files"):
        sign_pdf(letter, tmp_path / "lt.pdf", pki.identity("officer"), assurance=Assurance(trust=required))


@pytest.mark.parametrize(
    ("tsa", "kind"), [("tsa-old", CertificateError), ("tsa-wrong", SohoaError), ("tsa-revoked", CertificateError)]
)
def test_a_bad_authority_of_time_is_noticed_at_once(
    pki: TestPki, letter: ArchivalPdf, tmp_path: Path, tsa: str, kind: type[SohoaError]
) -> None:
    with pytest.raises(kind):
        sign_pdf(letter, tmp_path / "signed.pdf", pki.identity("officer"), assurance=assure(pki, tsa=tsa))
    assert not (tmp_path / "signed.pdf").exists()


@pytest.mark.parametrize("fault", ["down", "endless"])
def test_without_a_time_stamp_a_later_try_helps(pki: TestPki, letter: ArchivalPdf, tmp_path: Path, fault: str) -> None:
    getattr(pki.faults, fault).add("tsa")
    with pytest.raises(TimestampError) as caught:
        sign_pdf(letter, tmp_path / "signed.pdf", pki.identity("officer"), assurance=assure(pki))
    assert caught.value.retryable
    pki.faults.clear()
    sign_pdf(letter, tmp_path / "signed.pdf", pki.identity("officer"), assurance=assure(pki))


def test_a_level_asks_for_what_it_needs() -> None:
    with pytest.raises(ConfigurationError, match="time-stamping"):
        Assurance(SignatureLevel.B_T)
    with pytest.raises(ConfigurationError, match="revocation"):
        Assurance(SignatureLevel.B_LT, make_timestamper("http://127.0.0.1:1/"))
