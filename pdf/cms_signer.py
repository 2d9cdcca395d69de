"""The part of pyHanko that makes a CMS signature, given a key that is held ready."""

from __future__ import annotations

from asn1crypto import algos
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from pdf.identity import SigningIdentity
from pdf.keys import SALT_BYTES, Scheme, longest_signature

DIGEST = "sha256"
_ROOM_BYTES = 640

MECHANISMS = {
    Scheme.PSS: algos.SignedDigestAlgorithm(
        {
            "algorithm": "rsassa_pss",
            "parameters": {
                "hash_algorithm": {"algorithm": DIGEST},
                "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": DIGEST}},
                "salt_length": SALT_BYTES,
            },
        }
    ),
    Scheme.PKCS1V15: algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
    Scheme.ECDSA: algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
}
"""What signs SHA-256, as it is named in a signature (RFC 4055, RFC 5758)."""


class HeldKeySigner(signers.Signer):
    """A signer that uses the identity's own key; pyHanko's would read and check an RSA key anew for every signature."""

    identity: SigningIdentity

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if digest_algorithm != DIGEST:
            raise ValueError(f"signatures are made of {DIGEST}, not {digest_algorithm}")
        key = self.identity.key
        return bytes(longest_signature(key.public_key)) if dry_run else key.sign(data, self.identity.scheme)


def reserve_digits(identity: SigningIdentity) -> int:
    """Return the hex digits that a signature without a time stamp takes at the most; what it leaves is filled with zeros.

    pyHanko would find out by making each signature twice. It holds the certificates but for the root, the signature itself,
    the issuer's name in two places, and attributes and algorithms of some 350 bytes.
    """
    embedded = (identity.certificate, *(one for one in identity.chain if one.self_signed == "no"))
    certificates = sum(len(one.dump()) for one in embedded)
    names = 2 * len(identity.certificate.issuer.dump())
    return 2 * (certificates + longest_signature(identity.key.public_key) + names + _ROOM_BYTES)


def make_cms_signer(identity: SigningIdentity) -> HeldKeySigner:
    """Return what signs with an identity's key and carries its chain along."""
    store = SimpleCertificateStore()
    store.register_multiple(identity.chain)
    signer = HeldKeySigner(
        signing_cert=identity.certificate,
        cert_registry=store,
        signature_mechanism=MECHANISMS[identity.scheme],
        embed_roots=False,  # a verifier must have the root already; nothing signs a copy of it in here
    )
    signer.identity = identity
    return signer
