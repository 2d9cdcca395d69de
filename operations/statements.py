"""Statements of the archive about itself, signed by the agency: manifests of a day, certificates of destruction."""

from __future__ import annotations

from datetime import UTC, datetime

from pdf.detached_signature import DetachedVerdict, sign_detached, verify_detached
from runtime.wiring import House


def sign_statement(house: House, statement: bytes) -> bytes:
    """Return the agency's detached signature (CMS, DER), with a time stamp where an authority is configured.

    Raises SigningError, TimestampError.
    """
    return sign_detached(statement, house.agency_identity, datetime.now(UTC), house.timestamper)


def judge_statement(house: House, statement: bytes, signature: bytes) -> DetachedVerdict:
    """Return what a signature of a statement is worth, by the roots that this house trusts."""
    return verify_detached(statement, signature, house.trust_roots)
