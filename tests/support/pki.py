"""A whole PKI on loopback, by certomancer: authorities, OCSP, CRLs, time stamps, and certificates good and bad."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from asn1crypto import x509
from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig, PKIArchitecture
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    pkcs12,
)
from cryptography.x509 import load_der_x509_certificate

from pdf.identity import SigningIdentity, load_identity

ARCH = "province"
PASSPHRASE = b"thu-nghiem"
_NOW = datetime.now(UTC)
_KEYS = ("root", "interm", "ocsp", "liar", "tsa", "officer", "other")
_ELLIPTIC = ("officer-ec",)

StartResponse = Callable[..., Any]


@dataclass(slots=True)
class Faults:
    """What the servers do wrong just now: names of services (``ocsp``, ``crls``, ``tsa``) that are down, or too talkative.

    ``is_lying``: OCSP answers are signed with a wrong key. ``delay_s``: how long they take. ``asked`` counts the requests.
    """

    down: set[str] = field(default_factory=set)
    endless: set[str] = field(default_factory=set)
    is_lying: bool = False
    delay_s: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)

    def clear(self) -> None:
        """Let everything work again."""
        self.down.clear()
        self.endless.clear()
        self.is_lying = False
        self.delay_s = 0.0
        self.asked.clear()


@dataclass(frozen=True, slots=True)
class TestPki:
    """The running PKI. ``root`` is what a verifier trusts."""

    __test__ = False

    arch: PKIArchitecture
    url: str
    folder: Path
    faults: Faults

    @property
    def root(self) -> x509.Certificate:
        return self.certificate("root")

    def tsa_url(self, name: str = "tsa") -> str:
        """Return the address of a time-stamping authority: ``tsa``, ``tsa-short`` (its certificate ends soon), ``tsa-old``."""
        return f"{self.url}/{ARCH}/tsa/{name}"

    def certificate(self, label: str) -> x509.Certificate:
        """Return a certificate by its label in the configuration below."""
        return x509.Certificate.load(self.arch.get_cert(CertLabel(label)).dump())

    def write_root(self) -> Path:
        """Write the root as a PEM file and return its path."""
        path = self.folder / "root.pem"
        path.write_bytes(load_der_x509_certificate(self.root.dump()).public_bytes(Encoding.PEM))
        return path

    def private_key(self, label: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
        """Return the private key of a certificate."""
        spec = self.arch.get_cert_spec(CertLabel(label))
        key = load_der_private_key(self.arch.key_set.get_private_key(spec.subject_key).dump(), None)
        assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        return key

    def write_pkcs12(self, label: str, issuers: Iterable[str] = ("interm",)) -> Path:
        """Write a certificate with its key and chain, without the root, as a PKCS#12 file under ``PASSPHRASE``."""
        chain = [load_der_x509_certificate(self.certificate(issuer).dump()) for issuer in issuers]
        leaf = load_der_x509_certificate(self.certificate(label).dump())
        data = pkcs12.serialize_key_and_certificates(
            label.encode(), self.private_key(label), leaf, chain, BestAvailableEncryption(PASSPHRASE)
        )
        path = self.folder / f"{label}.p12"
        path.write_bytes(data)
        return path

    def identity(self, label: str, now: datetime | None = None, *, uses_pss: bool = True) -> SigningIdentity:
        """Load the identity of a certificate; ``now`` says when, for those that are out of date today."""
        return load_identity(self.write_pkcs12(label), PASSPHRASE, now, uses_pss=uses_pss)


@contextmanager
def running_pki(folder: Path) -> Iterator[TestPki]:
    """Make keys and certificates in ``folder`` and serve their OCSP, CRLs and time stamps on a free port of this machine."""
    for name in _KEYS:
        _write_key(folder, name, rsa.generate_private_key(65537, 2048))
    for name in _ELLIPTIC:
        _write_key(folder, name, ec.generate_private_key(ec.SECP256R1()))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    config = CertomancerConfig.from_yaml(json.dumps(_describe(url)), key_search_dir=str(folder))
    arch = config.get_pki_arch(ArchLabel(ARCH))
    faults = Faults()
    app = _Faulty(Animator(AnimatorArchStore({ArchLabel(ARCH): arch}), with_web_ui=False), faults)
    with make_server("127.0.0.1", port, app, server_class=_Server, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield TestPki(arch, url, folder, faults)
        finally:
            server.shutdown()
            thread.join()


class _Server(WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class _Faulty:
    """The PKI's web application, with the faults of the moment."""

    def __init__(self, app: Any, faults: Faults) -> None:
        self._app, self._faults = app, faults

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        service = environ["PATH_INFO"].split("/")[2]
        self._faults.asked[service] += 1
        if service in self._faults.down:
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return []
        if service in self._faults.endless:
            start_response("200 OK", [("Content-Type", "application/octet-stream")])
            return (b"\0" * 65536 for _ in range(10_000))
        if service == "ocsp":
            time.sleep(self._faults.delay_s)
        if service == "ocsp" and self._faults.is_lying:
            environ["PATH_INFO"] = environ["PATH_INFO"].replace("/ocsp/interm", "/ocsp/liar")
        answer: Iterable[bytes] = self._app(environ, start_response)
        return answer


def _write_key(folder: Path, name: str, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / f"{name}.key.pem").write_bytes(pem)


def _validity(from_days: float, to_days: float) -> dict[str, str]:
    first, last = (_NOW + timedelta(days=days) for days in (from_days, to_days))
    return {"valid-from": first.isoformat(timespec="seconds"), "valid-to": last.isoformat(timespec="seconds")}


def _usage(*usages: str) -> dict[str, Any]:
    return {"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": list(usages)}}


def _crl(name: str) -> dict[str, Any]:
    return {"id": "crl_distribution_points", "smart-value": {"schema": "crl-dist-url", "params": {"crl-repo-names": [name]}}}


_CA = [
    {"id": "basic_constraints", "critical": True, "value": {"ca": True}},
    _usage("digital_signature", "key_cert_sign", "crl_sign"),
]
_OCSP = {
    "id": "authority_information_access",
    "smart-value": {"schema": "aia-urls", "params": {"ocsp-responder-names": ["interm"]}},
}
_SIGNER = [_usage("digital_signature", "non_repudiation"), _OCSP, _crl("interm")]
_REVOKED = {"revoked-since": (_NOW - timedelta(days=2)).isoformat(timespec="seconds"), "reason": "key_compromise"}


def _signer(days: tuple[float, float] = (-30, 300), **also: Any) -> dict[str, Any]:
    return {
        "subject": "officer",
        "subject-key": "officer",
        "issuer": "interm",
        "validity": _validity(*days),
        "extensions": _SIGNER,
        **also,
    }


def _stamper(days: tuple[float, float], **also: Any) -> dict[str, Any]:
    purpose = {"id": "extended_key_usage", "critical": True, "value": ["time_stamping"]}
    return {
        "subject": "tsa",
        "subject-key": "tsa",
        "issuer": "root",
        "validity": _validity(*days),
        "extensions": [_usage("digital_signature"), purpose, _crl("root")],
        **also,
    }


def _describe(url: str) -> dict[str, Any]:
    responder = [_usage("digital_signature"), {"id": "extended_key_usage", "value": ["ocsp_signing"]}, {"id": "ocsp_no_check"}]
    no_pointers = [_usage("digital_signature", "non_repudiation")]
    certs: dict[str, dict[str, Any]] = {
        "root": {"subject": "root", "issuer": "root", "validity": _validity(-4000, 9000), "extensions": _CA},
        "interm": {"issuer": "root", "validity": _validity(-2000, 5000), "extensions": [*_CA, _crl("root")]},
        "ocsp": {"issuer": "interm", "validity": _validity(-1000, 4000), "extensions": responder},
        "liar": {"subject": "ocsp", "subject-key": "ocsp", "template": "ocsp"},
        "officer": _signer(),
        "agency": _signer(subject="agency"),
        "officer-ec": {**_signer(), "subject-key": "officer-ec"},
        "ocsp-only": _signer(extensions=[_usage("digital_signature"), _OCSP]),
        "crl-only": _signer(extensions=[_usage("digital_signature"), _crl("interm")]),
        "no-pointers": _signer(extensions=no_pointers),
        "revoked": _signer(revocation=_REVOKED),
        "revoked-by-crl": _signer(extensions=[_usage("digital_signature"), _crl("interm")], revocation=_REVOKED),
        "expired": _signer((-400, -1)),
        "future": _signer((5, 300)),
        "tls": _signer(extensions=[_usage("key_encipherment"), _OCSP]),
        "tsa": _stamper((-30, 3000)),
        "tsa-short": _stamper((-300, 20)),
        "tsa-old": _stamper((-3000, -10)),
        "tsa-wrong": _stamper((-30, 300), extensions=[_usage("digital_signature"), _crl("root")]),
        "tsa-revoked": _stamper((-30, 300), revocation=_REVOKED),
    }
    stampers = [name for name in certs if name.startswith("tsa")]
    names = {
        "root": "Root CA thử nghiệm",
        "interm": "CA thử nghiệm cấp 2",
        "ocsp": "OCSP thử nghiệm",
        "tsa": "TSA thử nghiệm",
        "officer": "Nguyễn Văn Thử",
        "agency": "UBND XÃ THỬ NGHIỆM",
    }
    return {
        "external-url-prefix": url,
        "keysets": {ARCH: {"keys": {name: {"path": f"{name}.key.pem"} for name in (*_KEYS, *_ELLIPTIC)}}},
        "pki-architectures": {
            ARCH: {
                "keyset": ARCH,
                "entity-defaults": {"country-name": "VN", "organization-name": "Tỉnh Thử Nghiệm"},
                "entities": {name: {"common-name": common_name} for name, common_name in names.items()},
                "certs": {name: {"subject": name, "subject-key": _key_of(name), **spec} for name, spec in certs.items()},
                "services": {
                    "ocsp": {
                        "interm": {"for-issuer": "interm", "responder-cert": "ocsp", "signing-key": "ocsp"},
                        "liar": {"for-issuer": "interm", "responder-cert": "ocsp", "signing-key": "liar"},
                    },
                    "crl-repo": {
                        name: {"for-issuer": name, "signing-key": name, "simulated-update-schedule": "P10D"}
                        for name in ("root", "interm")
                    },
                    "time-stamping": {name: {"signing-key": "tsa", "signing-cert": name} for name in stampers},
                },
            }
        },
    }


def _key_of(name: str) -> str:
    return name if name in _KEYS else "other"
