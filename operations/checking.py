"""Prove that everything a scan will need is in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dossiers.errors import ConfigurationError, SohoaError
from dossiers.model import Actor
from operations.proving_store import require_store
from operations.results import ErrorFacts
from operations.signing import make_mark
from pdf.identity import SigningIdentity
from pdf.mark_drawing import draw_mark
from pdf.mark_text import fill_template
from runtime.settings import find_config_file
from runtime.wiring import House

_A4_WIDTH_PT = 595.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked; ``error`` is None when it works, ``is_warning`` when that is less than it should be."""

    what: str
    detail: str
    error: ErrorFacts | None = None
    is_warning: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "ok": self.error is None,
            "warning": self.is_warning,
            "detail": self.detail,
            "error": self.error.to_json() if self.error else None,
        }


def check_configuration(house: House, actor: Actor) -> tuple[Finding, ...]:
    """Check each part on its own, so that one fault does not hide the next. Details never hold a secret."""
    checks: tuple[tuple[str, Callable[[], str | Finding]], ...] = (
        ("settings", lambda: f"home {house.home}, file {find_config_file() or 'none'}"),
        ("reader", lambda: house.recipe),
        ("document types", lambda: f"{len(house.types)} types"),
        ("font of the mark", lambda: _check_font(house)),
        ("store", lambda: _check_store(house)),
        ("store locks", lambda: _check_locks(house, actor)),
        ("catalog", lambda: f"{house.catalog_address.described}: {house.catalog.documents.count()} documents"),
        ("signing identity", lambda: _describe_identity(house.identity, house)),
        ("signing identity of the agency", lambda: _describe_identity(house.agency_identity, house)),
    )
    return tuple(_run(what, check) for what, check in checks)


def _run(what: str, check: Callable[[], str | Finding]) -> Finding:
    try:
        found = check()
        return found if isinstance(found, Finding) else Finding(what, found)
    except SohoaError as error:
        return Finding(what, error.message_vi, ErrorFacts.of(error))


def _check_font(house: House) -> str:
    font = house.settings.signing.mark_font
    if not font.is_file():
        raise ConfigurationError(detail=f"signing.mark_font: {font} is not there; install fonts-liberation2")
    signing = house.settings.signing
    mark = make_mark(signing, f"p0001-0001-{'0' * 32}", "0" * 64)
    draw_mark(mark, fill_template(mark, datetime.now(UTC)), _A4_WIDTH_PT)
    return f"{font}; {signing.mark.kind}{', QR code' if mark.link else ''}"


def _check_store(house: House) -> str:
    for properties in house.archive.ensure_buckets():
        if not (properties.versioning and properties.object_lock):
            raise ConfigurationError(detail="the store does not version objects or cannot lock them")
    if house.settings.store.kind == "directory":
        return "directory: versioned; a folder's locks bind Sohoa alone"
    return f"{house.settings.store.kind}: versioned, object lock on"


def _check_locks(house: House, actor: Actor) -> Finding:
    """Return what trying has shown; not to lock is an error only where ``store.require_lock`` says so, else a warning."""
    report = require_store(house, actor).report
    return Finding("store locks", report.describe(), is_warning=not report.locks or report.may_bypass)


def _describe_identity(identity: SigningIdentity, house: House) -> str:
    demonstration = " (demonstration only)" if identity.is_demonstration else ""
    return f"{identity.name}, PAdES {house.assurance.level}{demonstration}, until {identity.not_after:%Y-%m-%d}"
