"""The verdict on a PDF that came in signed by others, within bounds of time and memory.

Who signed is judged at the moment that a trusted time stamp proves, else now; revocation by what the file itself carries (its
document security store, or Adobe's attribute in the signature). Nothing is fetched. A hostile file can at worst cost the
process that looks at it: it is spawned for one file, bounded in memory and processor time, and ended when it is late.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from asn1crypto import x509

from dossiers.errors import PasswordProtectedError, SohoaError, TooLargeError
from dossiers.signatures import IncomingSignature, Revocation, SignatureCheck, SignatureProblem
from pdf.bounded_process import Bounds, BoundsExceededError, run_bounded
from pdf.judgement import SignatureVerdict
from pdf.signature_facts import FileFacts, SignatureFacts, clean_text, read_signature_facts
from pdf.verification import VerificationReport, verify_pdf

MAX_CPU_S = 60
_OUTPROVED = frozenset({SignatureProblem.OUT_OF_TIME, SignatureProblem.STAMP_UNTRUSTED})
TIMEOUT_S = 600.0  # by the clock: a machine may be busy with other things
MAX_MEMORY_BYTES = 3 * 1024**3  # of addresses; a signed file of 500 MB takes about one


def check_incoming(
    path: Path, trust_roots: Iterable[x509.Certificate], now: datetime, *, timeout_s: float = TIMEOUT_S
) -> SignatureCheck:
    """Judge the signatures of a PDF in a process of its own. What is wrong with the file is the verdict, not an error."""
    roots = tuple(trust_roots)
    bounds = Bounds(MAX_CPU_S, timeout_s, MAX_MEMORY_BYTES)
    try:
        return run_bounded(bounds, _judge_quietly, path, [root.dump() for root in roots], now)
    except BoundsExceededError as error:
        return _give_up(roots, now, SignatureProblem.OVER_LIMIT, f"while it was checked: {error}")


def judge_incoming(path: Path, trust_roots: Iterable[x509.Certificate], now: datetime) -> SignatureCheck:
    """Judge the signatures of a PDF in this process, without bounds of time."""
    roots = tuple(trust_roots)
    try:
        report = verify_pdf(path, roots)
        facts = read_signature_facts(path, roots, now)
    except PasswordProtectedError as error:
        return _give_up(roots, now, SignatureProblem.ENCRYPTED, error.message_en)
    except TooLargeError as error:
        return _give_up(roots, now, SignatureProblem.OVER_LIMIT, error.message_en)
    except SohoaError as error:
        return _give_up(roots, now, SignatureProblem.UNREADABLE, error.message_en)
    signatures = tuple(_combine(verdict, facts) for verdict in report.signatures)
    return SignatureCheck(signatures, _find_file_problems(report, facts), now, fingerprints(roots))


def fingerprints(roots: Iterable[x509.Certificate]) -> tuple[str, ...]:
    """Return the SHA-256 fingerprints (hex) of certificates, each once, in a fixed order."""
    return tuple(sorted({sha256(root.dump()).hexdigest() for root in roots}))


def _find_file_problems(report: VerificationReport, facts: FileFacts) -> tuple[SignatureProblem, ...]:
    problems: list[SignatureProblem] = []
    if not report.is_signed and not facts.is_stamped:  # it bears a signature that no field holds
        problems.append(SignatureProblem.UNREADABLE)
    elif report.is_signed and all(verdict.is_sound for verdict in report.signatures) and not report.is_sound:
        problems.append(SignatureProblem.CHANGED_AFTER)  # the newest does not sign the whole file
    if facts.has_xfa:
        problems.append(SignatureProblem.XFA)
    return tuple(problems)


def _combine(verdict: SignatureVerdict, file_facts: FileFacts) -> IncomingSignature:
    """Join the verdict on the bytes with what the certificates say."""
    facts: SignatureFacts | None = file_facts.signatures.get(verdict.field_name)
    problems = list(facts.problems) if facts else []
    # A later time stamp over the whole document proves more than the signature's own.
    if verdict.is_trusted and file_facts.is_stamped:
        problems = [problem for problem in problems if problem not in _OUTPROVED]
    if not verdict.is_intact and verdict.modification != "unknown":
        problems.insert(0, SignatureProblem.ALTERED)
    elif verdict.is_intact and not verdict.is_valid:
        problems.insert(0, SignatureProblem.INVALID)
    elif verdict.is_intact and verdict.is_valid and not verdict.is_sound and verdict.problem is None:
        problems.insert(0, SignatureProblem.CHANGED_AFTER)
    elif not verdict.is_sound:
        problems.insert(0, SignatureProblem.UNREADABLE)
    if verdict.is_demonstration:
        problems.append(SignatureProblem.DEMONSTRATION)
    return IncomingSignature(
        field_name=clean_text(verdict.field_name),
        signer=clean_text(verdict.signer),
        organisation=facts.organisation if facts else "",
        authority=facts.authority if facts else "",
        signed_at=verdict.signed_at,
        is_timestamped=facts.is_timestamped if facts else False,
        stamp_authority=facts.stamp_authority if facts else "",
        is_intact=verdict.is_intact,
        is_valid=verdict.is_valid,
        is_trusted=facts is not None and not problems and verdict.is_sound,
        revocation=facts.revocation if facts else Revocation.UNKNOWN,
        covers_file=verdict.covers_file,
        changes_after=verdict.modification,
        level=verdict.level.value if verdict.level else "",
        form=facts.form if facts else "",
        certificate_sha256=facts.certificate_sha256 if facts else "",
        problems=tuple(dict.fromkeys(problems)),
        detail=clean_text(verdict.problem or ""),
    )


def _give_up(roots: Iterable[x509.Certificate], now: datetime, problem: SignatureProblem, detail: str) -> SignatureCheck:
    return SignatureCheck((), (problem,), now, fingerprints(roots), clean_text(detail))


def _judge_quietly(path: Path, roots: list[bytes], now: datetime) -> SignatureCheck:
    logging.disable()  # what pyHanko would log, with traces, is the verdict
    return judge_incoming(path, [x509.Certificate.load(root) for root in roots], now)
