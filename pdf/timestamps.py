"""Time stamps of an authority (RFC 3161) over HTTP, from the one URL that was configured."""

from __future__ import annotations

from urllib.parse import urlsplit

from asn1crypto import cms
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper

from dossiers.errors import ConfigurationError, TimestampError

DEFAULT_TIMEOUT_S = 15.0


class _ClearTimeStamper(RequestsHTTPTimeStamper):
    """A time-stamping client that fails with the domain's error, whatever the authority answers."""

    def __init__(self, url: str, timeout_s: float) -> None:
        RequestsHTTPTimeStamper.__init__(self, url, timeout=timeout_s)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        try:
            return await super().async_timestamp(message_digest, md_algorithm)
        except Exception as error:
            raise TimestampError(detail=f"{urlsplit(self.url).hostname}: {error}") from error


def make_timestamper(url: str, timeout_s: float = DEFAULT_TIMEOUT_S) -> TimeStamper:
    """Return a client of the time-stamping authority at ``url``; its failures are ``TimestampError`` (retryable).

    Raises ``ConfigurationError`` for a URL that is not http or https.
    """
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise ConfigurationError(detail="the time-stamping authority must be an http or https URL")
    return _ClearTimeStamper(url, timeout_s)
