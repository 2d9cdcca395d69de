"""The part of pyHanko that makes a CMS signature, given a key that is held ready."""

from __future__ import annotations

import math

from asn1crypto import algos
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pyhanko_certvalidator.util import get_pyca_cryptography_hash, process_pss_params

from pdf.identity import SigningIdentity, SigningKey

DIGEST = "sha256"
_SALT_BYTES = 32  # as long as the digest (RFC 8017, 9.1); tokens take no other, pyHanko's own choice is the longest possible

MECHANISMS = {
    "pss": algos.SignedDigestAlgorithm(
        {
            "algorithm": "rsassa_pss",
            "parameters": {
                "hash_algorithm": {"algorithm": DIGEST},
                "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": DIGEST}},
                "salt_length": _SALT_BYTES,
            },
        }
    ),
    "pkcs1v15": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
    "ecdsa": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
}
"""What signs SHA-256, as it is named in a signature (RFC 4055, RFC 5758)."""


class HeldKeySigner(signers.Signer):
    """A signer that holds its key ready: pyHanko's own reads and checks an RSA key anew for every signature, 0.1 s each."""

    key: SigningKey

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        key = self.key
        if isinstance(key, EllipticCurvePrivateKey):
            # Two integers in DER (RFC 3279, 2.2.3), each with its header and perhaps a zero before it.
            longest = 2 * (math.ceil(key.key_size / 8) + 3) + 3
            return bytes(longest) if dry_run else key.sign(data, ECDSA(get_pyca_cryptography_hash(digest_algorithm)))
        if dry_run:
            return bytes(math.ceil(key.key_size / 8))
        mechanism = self.get_signature_mechanism_for_digest(digest_algorithm)
        if mechanism["algorithm"].native == "rsassa_pss":
            return key.sign(data, *process_pss_params(mechanism["parameters"]))
        return key.sign(data, PKCS1v15(), get_pyca_cryptography_hash(digest_algorithm))


def make_cms_signer(identity: SigningIdentity) -> HeldKeySigner:
    """Return what signs with an identity's key and carries its chain along."""
    store = SimpleCertificateStore()
    store.register_multiple(identity.chain)
    signer = HeldKeySigner(
        signing_cert=identity.certificate,
        cert_registry=store,
        signature_mechanism=choose_mechanism(identity),
        embed_roots=False,  # a verifier must have the root already; nothing signs a copy of it in here
    )
    signer.key = identity.key
    return signer


def choose_mechanism(identity: SigningIdentity) -> algos.SignedDigestAlgorithm:
    """Return by which algorithm an identity signs: its key's, and for an RSA key the padding that it was set to."""
    if isinstance(identity.key, EllipticCurvePrivateKey):
        return MECHANISMS["ecdsa"]
    return MECHANISMS["pss" if identity.uses_pss else "pkcs1v15"]
