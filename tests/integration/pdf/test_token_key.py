"""Keys on a token: every scheme, one PIN a process, pulled tokens, wrong PINs, forked processes, and no secret anywhere."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from dossiers.errors import ConfigurationError, SigningError, TokenUnavailableError
from dossiers.model import ArchivalPdf
from pdf.detached_signature import sign_detached, verify_detached
from pdf.identity import SigningIdentity, open_token_identity
from pdf.keys import Scheme
from pdf.signing import sign_pdf
from pdf.token_key import TokenAddress, TokenKey, TokenSession
from pdf.verification import verify_pdf
from tests.support.soft_token import SoftToken, running_soft_token

NOW = datetime.now(UTC)
KEYS: dict[str, tuple[bytes, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey]] = {
    "rsa": (b"\x01", rsa.generate_private_key(65537, 2048)),
    "ec": (b"\x02", ec.generate_private_key(ec.SECP256R1())),
}


def _certify(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, name: str) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 7, NOW - timedelta(days=1), NOW + timedelta(days=9))
    return builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftToken]:
    with running_soft_token(tmp_path_factory.mktemp("softhsm")) as soft_token:
        for label, (key_id, key) in KEYS.items():
            soft_token.store(key, label, key_id, (_certify(key, f"Cán bộ {label}").public_bytes(Encoding.DER),))
        yield soft_token


def _count(pin: str) -> tuple[Callable[[], bytes], list[int]]:
    asked: list[int] = []

    def read() -> bytes:
        asked.append(1)
        return pin.encode()

    return read, asked


def _session(token: SoftToken, label: str = "rsa", pin: str = "") -> tuple[TokenSession, list[int]]:
    read, asked = _count(pin or token.pin)
    return TokenSession(TokenAddress(token.module, token.label, label), read), asked


@pytest.fixture
def identity(token: SoftToken) -> SigningIdentity:
    return open_token_identity(_session(token)[0])


@pytest.mark.parametrize(("label", "uses_pss"), [("rsa", True), ("rsa", False), ("ec", True)])
def test_poppler_and_pyhanko_call_the_signature_good(
    token: SoftToken, letter: ArchivalPdf, tmp_path: Path, label: str, uses_pss: bool
) -> None:
    signer = open_token_identity(_session(token, label)[0], uses_pss=uses_pss)
    assert signer.scheme is {"rsaTrue": Scheme.PSS, "rsaFalse": Scheme.PKCS1V15, "ecTrue": Scheme.ECDSA}[f"{label}{uses_pss}"]
    signed = sign_pdf(letter, tmp_path / "signed.pdf", signer)
    said = subprocess.run(["pdfsig", str(signed.path)], capture_output=True, encoding="utf-8", check=False).stdout
    assert "Signature is Valid" in said
    assert verify_pdf(signed.path, signer.trust_roots).is_trusted
    assert verify_detached(b"x", sign_detached(b"x", signer, NOW), signer.trust_roots).is_genuine


def test_a_batch_asks_for_the_pin_once(token: SoftToken) -> None:
    session, asked = _session(token)
    signer = open_token_identity(session)
    for _ in range(20):
        signer.key.sign(b"page", Scheme.PSS)
    assert len(asked) == 1


def test_two_keys_of_one_token_work_side_by_side(token: SoftToken) -> None:
    officer, agency = (open_token_identity(_session(token, label)[0]) for label in ("rsa", "ec"))
    for _ in range(3):
        officer.key.sign(b"page", Scheme.PSS)
        agency.key.sign(b"page", Scheme.ECDSA)


def test_a_token_that_was_pulled_signs_again_when_it_is_back(token: SoftToken) -> None:
    session, asked = _session(token)
    signer = open_token_identity(session)
    tokens, away = token.folder / "tokens", token.folder / "away"
    tokens.rename(away)
    tokens.mkdir()
    pkcs11.lib(str(token.module)).reinitialize()  # what the driver of a real token sees by itself
    with pytest.raises(TokenUnavailableError) as caught:
        signer.key.sign(b"page", Scheme.PSS)
    assert caught.value.retryable
    tokens.rmdir()
    away.rename(tokens)
    signer.key.sign(b"page", Scheme.PSS)
    assert len(asked) == 2


def test_a_wrong_pin_is_told_to_the_token_once(token: SoftToken) -> None:
    pkcs11.lib(str(token.module)).reinitialize()  # nobody is logged in
    session, asked = _session(token, pin="135791113")
    for _ in range(5):
        with pytest.raises(ConfigurationError, match="PIN") as caught:
            session.sign(b"page", Scheme.PSS)
        assert "135791113" not in f"{caught.value!r} {caught.value.__cause__!r} {session!r}"
    assert len(asked) == 1
    open_token_identity(_session(token)[0]).key.sign(b"page", Scheme.PSS)  # the token is not locked


def test_what_is_not_there_is_named(token: SoftToken, tmp_path: Path) -> None:
    absent = TokenSession(TokenAddress(token.module, token.label, "absent"), token.pin.encode)
    with pytest.raises(ConfigurationError, match="no key absent on token"):
        absent.sign(b"page", Scheme.PSS)
    other = TokenSession(TokenAddress(token.module, "another", "rsa"), token.pin.encode)
    with pytest.raises(TokenUnavailableError, match="another"):
        other.sign(b"page", Scheme.PSS)
    nowhere = TokenSession(TokenAddress(tmp_path / "none.so", token.label, "rsa"), token.pin.encode)
    with pytest.raises(ConfigurationError, match=r"none\.so"):
        nowhere.sign(b"page", Scheme.PSS)
    keypad = TokenSession(TokenAddress(token.module, token.label, "rsa"))
    with pytest.raises(ConfigurationError, match="no keypad"):
        keypad.sign(b"page", Scheme.PSS)


def test_the_certificate_may_come_from_a_file(token: SoftToken, tmp_path: Path) -> None:
    pem = tmp_path / "officer.pem"
    pem.write_bytes(_certify(KEYS["rsa"][1], "Từ tệp").public_bytes(Encoding.PEM))
    signer = open_token_identity(_session(token)[0], pem)
    assert signer.name == "Từ tệp"
    assert verify_detached(b"x", sign_detached(b"x", signer, NOW), signer.trust_roots).is_genuine


def test_a_certificate_of_another_key_is_noticed(token: SoftToken, tmp_path: Path) -> None:
    pem = tmp_path / "other.pem"
    pem.write_bytes(_certify(rsa.generate_private_key(65537, 2048), "Another").public_bytes(Encoding.PEM))
    signer = open_token_identity(_session(token)[0], pem)
    with pytest.raises(SigningError, match="does not belong"):
        sign_detached(b"x", signer, NOW)


def test_a_key_is_found_by_its_id(token: SoftToken) -> None:
    session = TokenSession(TokenAddress(token.module, token.label, key_id=b"\x02"), token.pin.encode)
    assert open_token_identity(session).name == "Cán bộ ec"


def test_a_forked_process_opens_a_session_of_its_own(identity: SigningIdentity) -> None:
    identity.key.sign(b"page", Scheme.PSS)
    child = os.fork()
    if child == 0:
        try:
            identity.key.sign(b"page", Scheme.PSS)
            os._exit(0)
        except BaseException:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    identity.key.sign(b"page", Scheme.PSS)  # the parent's still works


_OTHER_PROCESS = """
import sys
from pathlib import Path
from pdf.keys import Scheme
from pdf.token_key import TokenAddress, TokenSession
pin = sys.stdin.readline().strip().encode()
session = TokenSession(TokenAddress(Path(sys.argv[1]), sys.argv[2], "ec"), lambda: pin)
print(sum(len(session.sign(b"page", Scheme.ECDSA)) > 60 for _ in range(10)))
"""


def test_two_processes_sign_with_one_token(token: SoftToken, identity: SigningIdentity) -> None:
    identity.key.sign(b"page", Scheme.PSS)
    command = [sys.executable, "-c", _OTHER_PROCESS, str(token.module), token.label]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        other.stdin.write(f"{token.pin}\n")
        other.stdin.flush()
        while other.poll() is None:
            identity.key.sign(b"page", Scheme.PSS)
        assert other.stdout is not None
        assert other.stdout.read().strip() == "10"


def test_a_session_is_never_handed_to_another_process(identity: SigningIdentity) -> None:
    assert isinstance(identity.key, TokenKey)
    with pytest.raises(TypeError, match="another process"):
        pickle.dumps(identity.key)


def test_two_keys_of_one_token_that_was_pulled_sign_again_and_ask_for_the_pin_no_more(token: SoftToken) -> None:
    sessions = [_session(token, label) for label in ("rsa", "ec")]
    officer, agency = (open_token_identity(session) for session, _ in sessions)
    pkcs11.lib(str(token.module)).reinitialize()  # what the driver of a real token sees by itself
    for _ in range(5):
        officer.key.sign(b"page", Scheme.PSS)
        agency.key.sign(b"page", Scheme.ECDSA)
    assert sum(len(asked) for _, asked in sessions) <= 4, "each asked once at first, and once when the token was back"
