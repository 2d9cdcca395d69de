"""The words of the visible mark: a template per kind of copy, filled; and the address that its QR code opens. Pure but for the
templates, which are data beside this module.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Formatter
from urllib.parse import quote, urlsplit

from dossiers.errors import ConfigurationError

VIETNAM_TIME = timezone(timedelta(hours=7))
DEFAULT_FONT = Path("/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf")
DEFAULT_TEMPLATE = "{form}\n{agency}\n{person}\n{time}"
LONGEST_LINK = 213  # bytes: version 10 of a QR code at level M, which stays readable at the size of a mark

_TEXT_NAMES = frozenset({"form", "agency", "person", "time", "date"})
_LINK_NAMES = frozenset({"document_id", "digest"})
_DIGEST_DIGITS = 16
_LONGEST_ID = "p0001-0001-" + "0" * 32


@dataclass(frozen=True, slots=True)
class MarkTemplate:
    """A kind of copy: the words of its form, and the text with one line a line."""

    form: str
    text: str


@dataclass(frozen=True, slots=True)
class MarkText:
    """What the mark says. ``template`` has one line a line and may use {form}, {agency}, {person}, {time} and {date}.

    {time} is the signing time in ISO 8601 at +07:00, {date} its day. Lines that are empty once filled are left out. ``link`` is
    the address that the mark's QR code opens; empty: no code.
    """

    form: str
    agency: str
    person: str
    template: str = DEFAULT_TEMPLATE
    font_path: Path = DEFAULT_FONT
    link: str = ""


@cache
def load_mark_templates() -> Mapping[str, MarkTemplate]:
    """Return the templates that Sohoa brings, by kind of copy."""
    found = tomllib.loads(files("pdf").joinpath("mark_templates.toml").read_text(encoding="utf-8"))
    return {name: MarkTemplate(item["form"], item["text"]) for name, item in found.items()}


def fill_template(mark: MarkText, signed_at: datetime) -> list[str]:
    """Return the mark's lines. Raises ``ConfigurationError`` for a template with anything but its names."""
    check_template(mark.template)
    moment = signed_at.astimezone(VIETNAM_TIME)
    values = {"form": mark.form, "agency": mark.agency, "person": mark.person}
    values = {name: " ".join(value.split()) for name, value in values.items()}
    values |= {"time": moment.isoformat(timespec="seconds"), "date": moment.strftime("%d/%m/%Y")}
    filled = mark.template.format_map(values)
    return [line.strip() for line in filled.splitlines() if line.strip()]


def check_template(template: str) -> None:
    """Raise ``ConfigurationError``, saying what may stand there, for a text with anything but the mark's names."""
    _check_names(template, _TEXT_NAMES, "the mark's template")


def check_link_template(template: str) -> None:
    """Raise ``ConfigurationError`` for an address of the verification page that is none, names no document, or is too long."""
    what = "the mark's verification_url"
    names = _check_names(template, _LINK_NAMES, what)
    try:
        address = urlsplit(template)
        is_address = address.scheme in {"http", "https"} and bool(address.hostname) and template.isascii()
    except ValueError:
        is_address = False
    if not is_address or any(char.isspace() for char in template):
        raise ConfigurationError(detail=f"{what} must be an http or https address of ASCII letters")
    if "document_id" not in names:
        raise ConfigurationError(detail=f"{what} must hold {{document_id}}")
    if len(fill_link(template, _LONGEST_ID, "0" * 64)) > LONGEST_LINK:
        raise ConfigurationError(detail=f"{what} must be shorter: a QR code on the mark holds {LONGEST_LINK} letters")


def fill_link(template: str, document_id: str, scan_sha256: str) -> str:
    """Return the address for one document; {digest} are the first 16 hex digits of the handed-in file's SHA-256.

    The digest of the signed PDF cannot stand in the PDF itself; that of the scan stands in the document's metadata.
    """
    return template.format_map({"document_id": quote(document_id, safe=""), "digest": scan_sha256[:_DIGEST_DIGITS]})


def _check_names(template: str, names: frozenset[str], what: str) -> set[str]:
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise ConfigurationError(detail=f"{what} is malformed: {error}") from error
    for _, name, specification, conversion in parts:
        if name is not None and (name not in names or specification or conversion):
            raise ConfigurationError(detail=f"{what} may use {sorted(names)} only, not {{{name}}}")
    return {name for _, name, _, _ in parts if name is not None}
