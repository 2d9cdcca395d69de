"""Time stamps of an authority (RFC 3161) over HTTP, from the one URL that was configured."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from urllib.parse import urlsplit

from asn1crypto import cms, tsp, x509
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data

from dossiers.errors import ConfigurationError, TimestampError
from pdf.http_exchange import exchange, is_web_address
from pdf.trust import make_offline_context

DEFAULT_TIMEOUT_S = 15.0
RESERVED_FOR_STAMP = 49_152
"""Hex digits of a signature with its time stamp: signature and chain take about 12,000, a token with its chain up to 20,000."""

_MAX_BYTES = 1024 * 1024


class _ClearTimeStamper(TimeStamper):
    """A time-stamping client that looks at what it got, and fails with the domain's error whatever the authority answers.

    ``roots``: what its certificate must lead to today, None when nobody said.
    """

    def __init__(self, url: str, timeout_s: float, roots: tuple[x509.Certificate, ...] | None) -> None:
        TimeStamper.__init__(self)
        self.url, self.timeout_s, self.roots = url, timeout_s, roots

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        answer = await asyncio.to_thread(
            exchange,
            self.url,
            req.dump(),
            "application/timestamp-query",
            timeout_s=self.timeout_s,
            max_bytes=_MAX_BYTES,
        )
        return tsp.TimeStampResp.load(answer, strict=True)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        host = urlsplit(self.url).hostname
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            itself = (extract_certificate_info(token["content"]).signer_cert,)
            is_right = await _holds(token, itself, message_digest)
            is_trusted = is_right and (self.roots is None or await _holds(token, self.roots, message_digest))
        except Exception as error:
            raise TimestampError(detail=f"{host}: {error}") from error
        if not is_right:
            raise TimestampError(detail=f"{host}: the stamp is of something else, or wrongly signed")
        if not is_trusted:
            raise TimestampError(
                detail=f"{host}: its certificate leads to no root that is trusted; name it in signing.trust_files"
            )
        return token


async def _holds(token: cms.ContentInfo, roots: Iterable[x509.Certificate], message_digest: bytes) -> bool:
    found = await validate_tst_signed_data(token["content"], make_offline_context(roots), lambda _: message_digest)
    return bool(found["intact"] and found["valid"] and found["trust_problem_indic"] is None)


def make_timestamper(
    url: str, timeout_s: float = DEFAULT_TIMEOUT_S, roots: Iterable[x509.Certificate] | None = None
) -> TimeStamper:
    """Return a client of the time-stamping authority at ``url``; its failures are ``TimestampError`` (retryable).

    With ``roots`` a stamp that leads to none of them is refused at once: it would prove nothing to whoever verifies.

    Raises ``ConfigurationError`` for a URL that is not http or https.
    """
    if not is_web_address(url):
        raise ConfigurationError(detail="the time-stamping authority must be an http or https URL")
    return _ClearTimeStamper(url, timeout_s, None if roots is None else tuple(roots))
