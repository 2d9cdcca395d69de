"""Detached signatures: good for OpenSSL, which knows nothing of us, and any change of statement or signature is noticed."""

from __future__ import annotations

import asyncio
import dataclasses
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms, x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate

from dossiers.errors import SigningError, TimestampError
from pdf.detached_signature import MAX_SIGNATURE_BYTES, sign_detached, verify_detached
from pdf.identity import SigningIdentity
from pdf.timestamps import make_timestamper
from samples.generator.dice import Dice
from tests.integration.pdf.time_authority import serve_refusals, serve_time

STATEMENT = '{"day": "2026-11-28", "manifest": "số 1"}\n'.encode()
NOW = datetime.now(UTC)


def _ask_openssl(folder: Path, data: bytes, signature: bytes, roots: tuple[x509.Certificate, ...]) -> tuple[int, str]:
    pem = "".join(load_der_x509_certificate(root.dump()).public_bytes(Encoding.PEM).decode() for root in roots)
    (folder / "root.pem").write_text(pem, encoding="ascii")
    (folder / "statement").write_bytes(data)
    (folder / "statement.p7s").write_bytes(signature)
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "statement.p7s", "-content", "statement"]
    command += ["-CAfile", "root.pem", "-purpose", "any", "-out", "verified"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return run.returncode, run.stderr


@pytest.mark.parametrize("uses_pss", [True, False])
def test_openssl_accepts_it_and_refuses_another_statement(identity: SigningIdentity, tmp_path: Path, uses_pss: bool) -> None:
    signature = sign_detached(STATEMENT, dataclasses.replace(identity, uses_pss=uses_pss), NOW)
    code, said = _ask_openssl(tmp_path, STATEMENT, signature, identity.trust_roots)
    assert code == 0, said
    assert (tmp_path / "verified").read_bytes() == STATEMENT
    assert _ask_openssl(tmp_path, STATEMENT + b" ", signature, identity.trust_roots)[0] != 0


def test_it_is_detached_and_says_who_and_when(identity: SigningIdentity) -> None:
    signature = sign_detached(STATEMENT, identity, NOW)
    assert STATEMENT not in signature
    verdict = verify_detached(STATEMENT, signature, identity.trust_roots)
    assert verdict.is_genuine
    assert verdict.is_demonstration
    assert not verdict.is_stamped
    assert (verdict.signer, verdict.signed_at) == (identity.name, NOW.replace(microsecond=0))
    (signer_info,) = cms.ContentInfo.load(signature)["content"]["signer_infos"]
    named = {attribute["type"].native for attribute in signer_info["signed_attrs"]}
    assert {"content_type", "message_digest", "signing_time", "signing_certificate_v2"} <= named


def test_a_changed_statement_is_noticed(identity: SigningIdentity) -> None:
    signature = sign_detached(STATEMENT, identity, NOW)
    verdict = verify_detached(STATEMENT.replace(b"1", b"2"), signature, identity.trust_roots)
    assert not verdict.is_intact
    assert not verdict.is_genuine


@pytest.mark.parametrize("uses_pss", [True, False])
def test_every_changed_byte_of_the_signature_is_noticed(identity: SigningIdentity, uses_pss: bool) -> None:
    signature = sign_detached(STATEMENT, dataclasses.replace(identity, uses_pss=uses_pss), NOW)
    chance = Dice(5)
    for _ in range(200):
        changed = bytearray(signature)
        place = chance.randrange(len(signature))
        changed[place] ^= 1 << chance.randrange(8)
        assert not verify_detached(STATEMENT, bytes(changed), identity.trust_roots).is_genuine, place


@pytest.mark.parametrize("junk", [b"", b"junk", b"0" * (MAX_SIGNATURE_BYTES + 1)])
def test_what_is_no_signature_is_a_verdict(identity: SigningIdentity, junk: bytes) -> None:
    verdict = verify_detached(STATEMENT, junk, identity.trust_roots)
    assert verdict.problem
    assert not verdict.is_genuine


def test_an_unknown_signer_is_not_trusted(identity: SigningIdentity, other_identity: SigningIdentity) -> None:
    signature = sign_detached(STATEMENT, identity, NOW)
    for roots in ((), other_identity.trust_roots):
        verdict = verify_detached(STATEMENT, signature, roots)
        assert verdict.is_valid
        assert not verdict.is_genuine


def test_a_time_stamp_counts_more_than_the_signers_clock(identity: SigningIdentity) -> None:
    with serve_time() as authority:
        signature = sign_detached(STATEMENT, identity, NOW - timedelta(hours=9), make_timestamper(authority.url, 120))
    verdict = verify_detached(STATEMENT, signature, (*identity.trust_roots, authority.root))
    assert verdict.is_genuine
    assert verdict.is_stamped
    assert verdict.signed_at is not None
    assert abs(verdict.signed_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert not verify_detached(STATEMENT, signature, identity.trust_roots).is_genuine


def test_an_authority_that_does_not_answer_is_retryable(identity: SigningIdentity) -> None:
    with serve_refusals() as url, pytest.raises(TimestampError):
        sign_detached(STATEMENT, identity, NOW, make_timestamper(url))


def test_an_expired_certificate_signs_nothing_and_what_it_signed_in_time_holds(identity: SigningIdentity) -> None:
    with pytest.raises(SigningError, match="expired"):
        sign_detached(STATEMENT, identity, identity.not_after + timedelta(seconds=1))
    early = sign_detached(STATEMENT, identity, identity.not_before)
    assert verify_detached(STATEMENT, early, identity.trust_roots).signed_at == identity.not_before


def test_a_signature_from_the_future_is_a_problem(identity: SigningIdentity) -> None:
    verdict = verify_detached(STATEMENT, sign_detached(STATEMENT, identity, NOW + timedelta(days=2)), identity.trust_roots)
    assert verdict.problem
    assert not verdict.is_genuine


def test_signing_inside_an_event_loop(identity: SigningIdentity) -> None:
    async def sign() -> bytes:
        return sign_detached(STATEMENT, identity, NOW)

    assert verify_detached(STATEMENT, asyncio.run(sign()), identity.trust_roots).is_genuine
