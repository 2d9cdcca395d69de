"""Who says whether certificates are revoked: OCSP responders and CRL servers, asked once a batch.

Only addresses that stand in the certificates, or that were configured, are asked, with limits on time and size. An answer is
used again as long as it says that it holds, at most for an hour; a failure is remembered for a minute, so that a dead server
delays a batch once and not each of its documents. Nothing fetched is believed: pyHanko checks signature and validity.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from asn1crypto import crl, ocsp, x509
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.authority import Authority
from pyhanko_certvalidator.errors import CRLFetchError, OCSPFetchError
from pyhanko_certvalidator.fetchers import CertificateFetcher, CRLFetcher, Fetchers, OCSPFetcher
from pyhanko_certvalidator.fetchers.common_utils import (
    enumerate_delivery_point_urls,
    format_ocsp_request,
    process_ocsp_response_data,
)
from pyhanko_certvalidator.util import get_ocsp_urls, get_relevant_crl_dps

from pdf.http_exchange import ExchangeError, exchange

DEFAULT_TIMEOUT_S = 10.0
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far a responder's clock may be ahead, and how long it may take: its answer bears a time after that of the question."""

_MAX_OCSP_BYTES = 256 * 1024
_MAX_CRL_BYTES = 64 * 1024 * 1024
_LONGEST_USE = timedelta(hours=1)
_SHORTEST_USE = timedelta(minutes=5)  # of an answer that does not say how long it holds
_FAILURE_S = 60.0


@dataclass(slots=True)
class _Answer:
    data: bytes
    url: str
    use_until: datetime


@dataclass(slots=True)
class RevocationSource:
    """OCSP and CRL servers, and what they answered lately.

    ``ocsp_url`` and ``crl_urls`` are asked before the addresses in the certificates: mirrors that can be reached from here.
    """

    ocsp_url: str = ""
    crl_urls: tuple[str, ...] = ()
    timeout_s: float = DEFAULT_TIMEOUT_S
    _answers: dict[object, _Answer] = field(default_factory=dict, init=False, repr=False)
    _failures: dict[str, tuple[float, str]] = field(default_factory=dict, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def make_context(
        self, roots: Iterable[x509.Certificate], others: Iterable[x509.Certificate] = (), *, is_required: bool
    ) -> ValidationContext:
        """Return what a chain is judged by now: somebody must say of every certificate that it is not revoked, or, when that
        is not required, of those that name somebody."""
        return ValidationContext(
            trust_roots=tuple(roots),
            other_certs=tuple(others),
            allow_fetching=True,
            revocation_mode="require" if is_required else "hard-fail",
            time_tolerance=CLOCK_TOLERANCE,
            fetchers=Fetchers(_OcspFetcher(self), _CrlFetcher(self), _NoIssuers()),
        )

    def list_addresses(self, certificate: x509.Certificate) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the addresses of OCSP responders and of CRLs to ask about a certificate, the configured ones first."""
        responders = [self.ocsp_url] if self.ocsp_url else []
        points = get_relevant_crl_dps(certificate, use_deltas=False)
        named = (url for point in points for url in enumerate_delivery_point_urls(point))
        return (*responders, *get_ocsp_urls(certificate)), (*self.crl_urls, *named)

    @staticmethod
    def is_named(certificates: Iterable[x509.Certificate]) -> bool:
        """Say whether each of the certificates, roots aside, names an OCSP responder or a CRL; else nobody can be asked."""
        bare = RevocationSource()
        return all(any(bare.list_addresses(each)) for each in certificates if each.self_signed == "no")

    def forget(self) -> None:
        """Drop the answers: one of them was no good, and the next try must ask anew."""
        with self._lock:
            self._answers = {}

    def list_failures(self) -> str:
        """Return what went wrong lately, for people."""
        now = time.monotonic()
        return "; ".join(sorted({words for since, words in self._failures.values() if now - since < _FAILURE_S}))

    def address_of(self, data: bytes) -> str:
        """Return from which address an answer came; empty when it is not known any more."""
        return next((answer.url for answer in self._answers.values() if answer.data == data), "")

    def ask_ocsp(self, certificate: x509.Certificate, authority: Authority) -> bytes:
        """Return an OCSP response about a certificate. Raises ``ExchangeError``."""
        request = format_ocsp_request(certificate, authority, certid_hash_algo="sha1", request_nonces=True)

        def ask(url: str) -> tuple[bytes, datetime | None]:
            data = exchange(
                url, request.dump(), "application/ocsp-request", timeout_s=self.timeout_s, max_bytes=_MAX_OCSP_BYTES
            )
            response = process_ocsp_response_data(data, ocsp_request=request, ocsp_url=url)
            ends = [single["next_update"].native for single in response.response_data["responses"]]
            return data, min((end for end in ends if end is not None), default=None)

        return self._ask_any(("ocsp", certificate.sha256), self.list_addresses(certificate)[0], ask)

    def ask_crls(self, certificate: x509.Certificate) -> Iterator[bytes]:
        """Yield the CRLs that may name a certificate. Raises ``ExchangeError`` when none can be had."""
        problem: ExchangeError | None = ExchangeError("no address of a CRL")
        for url in self.list_addresses(certificate)[1]:
            try:
                yield self._ask_any(("crl", url), (url,), self._ask_crl)
            except ExchangeError as error:
                problem = error
            else:
                problem = None
        if problem is not None:
            raise problem

    def _ask_crl(self, url: str) -> tuple[bytes, datetime | None]:
        data = exchange(url, None, "", timeout_s=self.timeout_s, max_bytes=_MAX_CRL_BYTES)
        try:
            return data, crl.CertificateList.load(data, strict=True)["tbs_cert_list"]["next_update"].native
        except ValueError as error:
            raise ExchangeError(f"{urlsplit(url).hostname} answered with something that is no CRL") from error

    def _ask_any(self, about: object, urls: Iterable[str], ask: Callable[[str], tuple[bytes, datetime | None]]) -> bytes:
        now = datetime.now(UTC)
        with self._lock:
            known = self._answers.get(about)
            if known is not None and known.use_until > now:
                return known.data
            problem = ExchangeError("no address to ask")
            for url in urls:
                since, words = self._failures.get(url, (float("-inf"), ""))
                if time.monotonic() - since < _FAILURE_S:
                    problem = ExchangeError(words)
                    continue
                try:
                    data, holds_until = ask(url)
                except Exception as error:  # whatever a server answers, the next is asked
                    problem = error if isinstance(error, ExchangeError) else ExchangeError(f"{urlsplit(url).hostname}: {error}")
                    self._failures[url] = (time.monotonic(), str(problem))
                    continue
                self._failures.pop(url, None)
                until = min(holds_until or now + _SHORTEST_USE, now + _LONGEST_USE)
                self._answers = {key: answer for key, answer in self._answers.items() if answer.use_until > now}
                self._answers[about] = _Answer(data, url, until)
                return data
            raise problem


class _OcspFetcher(OCSPFetcher):
    """The source's OCSP answers that one judgement used."""

    def __init__(self, source: RevocationSource) -> None:
        self._source = source
        self._used: dict[bytes, ocsp.OCSPResponse] = {}

    async def fetch(self, cert: x509.Certificate, authority: Authority) -> ocsp.OCSPResponse:
        try:
            data = await asyncio.to_thread(self._source.ask_ocsp, cert, authority)
        except ExchangeError as error:
            raise OCSPFetchError(str(error)) from error
        self._used[cert.sha256] = response = ocsp.OCSPResponse.load(data)
        return response

    def fetched_responses(self) -> Iterable[ocsp.OCSPResponse]:
        return tuple(self._used.values())

    def fetched_responses_for_cert(self, cert: x509.Certificate) -> Iterable[ocsp.OCSPResponse]:
        found = self._used.get(cert.sha256)
        return () if found is None else (found,)


class _CrlFetcher(CRLFetcher):
    """The source's CRLs that one judgement used."""

    def __init__(self, source: RevocationSource) -> None:
        self._source = source
        self._used: dict[bytes, tuple[crl.CertificateList, ...]] = {}

    async def fetch(self, cert: x509.Certificate, *, use_deltas: bool | None = None) -> Iterable[crl.CertificateList]:
        del use_deltas  # whole lists only
        if cert.sha256 not in self._used:
            try:
                data = await asyncio.to_thread(lambda: tuple(self._source.ask_crls(cert)))
            except ExchangeError as error:
                raise CRLFetchError(str(error)) from error
            self._used[cert.sha256] = tuple(crl.CertificateList.load(each) for each in data)
        return self._used[cert.sha256]

    def fetched_crls(self) -> Iterable[crl.CertificateList]:
        return tuple({found.dump(): found for every in self._used.values() for found in every}.values())

    def fetched_crls_for_cert(self, cert: x509.Certificate) -> Iterable[crl.CertificateList]:
        return self._used[cert.sha256]


class _NoIssuers(CertificateFetcher):
    """Chains come with the key or the time stamp; none is looked for in the network."""

    async def fetch_cert_issuers(self, cert: x509.Certificate) -> AsyncGenerator[x509.Certificate, None]:
        return
        yield cert

    async def fetch_crl_issuers(self, certificate_list: crl.CertificateList) -> AsyncGenerator[x509.Certificate, None]:
        return
        yield certificate_list

    def fetched_certs(self) -> Iterable[x509.Certificate]:
        return ()
