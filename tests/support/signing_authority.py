"""An authority that issues signing certificates and revokes them, as a province's agencies have one; made on the spot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)
AGENCY = "Ủy ban nhân dân phường Mẫu"
ORGANISATION = "Tỉnh Mẫu"
AUTHORITY = "CA thử nghiệm của các cơ quan"


@dataclass(frozen=True, slots=True)
class SigningAuthority:
    """A root with its key."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def root(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.certificate.public_bytes(Encoding.DER))

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def issue(self, *, since: datetime | None = None, until: datetime | None = None) -> tuple[bytes, int]:
        """Return a signing certificate with its key as PKCS#12 (passphrase ``x``), and its serial number."""
        now = datetime.now(UTC)
        key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_name(AGENCY))
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since or now - 2 * DAY)
            .not_valid_after(until or now + 100 * DAY)
            .add_extension(usage, critical=True)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(self.key, hashes.SHA256())
        )
        lock = BestAvailableEncryption(b"x")
        return pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, lock), certificate.serial_number

    def revoke(self, *serials: int, at: datetime, told: datetime) -> asn1_crl.CertificateList:
        """Return a list of revoked certificates, issued at ``told``."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        builder = builder.last_update(told).next_update(told + 30 * DAY)
        for serial in serials:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at)
            builder = builder.add_revoked_certificate(entry.build())
        return asn1_crl.CertificateList.load(builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER))


def make_authority() -> SigningAuthority:
    """Return a new authority, valid for twenty years around now."""
    now = datetime.now(UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(AUTHORITY)
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 3650 * DAY)
        .not_valid_after(now + 3650 * DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return SigningAuthority(key, certificate)


def _name(common_name: str) -> x509.Name:
    parts = ((NameOID.COUNTRY_NAME, "VN"), (NameOID.ORGANIZATION_NAME, ORGANISATION), (NameOID.COMMON_NAME, common_name))
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])
