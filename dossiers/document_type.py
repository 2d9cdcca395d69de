"""Types of document, kept as data: one TOML file a type in ``dossiers/document_types/``.

Adding a type is adding a file; the tests then classify a page that bears each of its titles.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from dossiers.errors import ConfigurationError
from dossiers.field_names import FIELD_NAMES

UNKNOWN_TYPE_ID = "unknown"
UNKNOWN_TYPE_NAME = "Không rõ"

_FOLDER = Path(__file__).parent / "document_types"
_Choice = TypeVar("_Choice", bound=StrEnum)


class DocumentFamily(StrEnum):
    """Where a type comes from: Decree 30/2020/NĐ-CP or legal texts, papers people hold, forms of the one-stop counter."""

    ADMINISTRATIVE = "administrative"
    ONE_STOP_PAPER = "one_stop_paper"
    ONE_STOP_FORM = "one_stop_form"


class RoleHint(StrEnum):
    """What a document of this type usually is in its dossier."""

    COMPONENT = "component"
    RESULT = "result"
    EITHER = "either"


class TypeLayout(StrEnum):
    """How a page of the type is laid out: titled, or an official letter, which has no title but "V/v" under its number."""

    TITLED = "titled"
    OFFICIAL_LETTER = "official_letter"


@dataclass(frozen=True, slots=True)
class Keyword:
    """A phrase that speaks for a type when it stands on the page; two or more are needed to decide without a title."""

    phrase: str
    weight: float


@dataclass(frozen=True, slots=True)
class DocumentType:
    """One type of document.

    ``titles`` are the printed title lines; ``symbols`` the abbreviations that begin the symbol ("QĐ" in 47/QĐ-UBND).
    ``negative_hints`` are phrases that speak against the type. ``retention`` is free text, empty when not configured.
    ``is_sensitive`` marks papers that bear personal ID numbers. ``is_often_untitled`` marks cards, receipts and drawings whose
    title is often missing or unreadable, so that their words alone may begin a new document within a scan.
    """

    id: str
    name: str
    abbreviation: str
    family: DocumentFamily
    role: RoleHint
    titles: tuple[str, ...]
    symbols: tuple[str, ...]
    keywords: tuple[Keyword, ...]
    negative_hints: tuple[str, ...]
    required_fields: tuple[str, ...]
    layout: TypeLayout
    is_sensitive: bool
    is_often_untitled: bool
    retention: str


def load_document_types(folder: Path = _FOLDER) -> Mapping[str, DocumentType]:
    """Read every type file of ``folder`` and return the types by id, sorted by id.

    Raises ConfigurationError, naming the file, when one is no TOML, lacks a key, has an unknown key or a wrong value, or
    when two types share a title.
    """
    types = {path.stem: _load_type(path) for path in sorted(folder.glob("*.toml"))}
    if not types:
        raise ConfigurationError(detail=f"no document types in {folder}")
    owners: dict[str, str] = {}
    for document_type in types.values():
        for title in document_type.titles:
            if owners.setdefault(title.casefold(), document_type.id) != document_type.id:
                raise ConfigurationError(
                    detail=f"{document_type.id}.toml: title {title!r} belongs to {owners[title.casefold()]}"
                )
    return MappingProxyType(types)


def _load_type(path: Path) -> DocumentType:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(detail=f"{path.name}: {error}") from error
    reader = _TypeTable(path.name, table)
    document_type = DocumentType(
        id=reader.text("id"),
        name=reader.text("name"),
        abbreviation=reader.text("abbreviation", ""),
        family=reader.choice("family", DocumentFamily),
        role=reader.choice("role", RoleHint),
        titles=reader.texts("titles"),
        symbols=reader.texts("symbols"),
        keywords=reader.keywords(),
        negative_hints=reader.texts("negative_hints"),
        required_fields=reader.texts("required_fields"),
        layout=reader.choice("layout", TypeLayout, TypeLayout.TITLED),
        is_sensitive=reader.flag("sensitive"),
        is_often_untitled=reader.flag("often_untitled"),
        retention=reader.text("retention", ""),
    )
    reader.refuse_leftovers()
    if document_type.id != path.stem or not document_type.id.isascii() or document_type.id == UNKNOWN_TYPE_ID:
        reader.fail("id must be the file's name, ASCII, and not 'unknown'")
    if not document_type.titles and document_type.layout is TypeLayout.TITLED:
        reader.fail("a titled type needs at least one title")
    unknown_fields = set(document_type.required_fields) - FIELD_NAMES
    if unknown_fields:
        reader.fail(f"unknown required_fields {sorted(unknown_fields)}")
    return document_type


class _TypeTable:
    """One parsed type file; every key read is ticked off, so that what is left over is unknown."""

    def __init__(self, file_name: str, table: dict[str, object]) -> None:
        self._file_name = file_name
        self._left = dict(table)

    def fail(self, detail: str) -> None:
        raise ConfigurationError(detail=f"{self._file_name}: {detail}")

    def text(self, key: str, default: str | None = None) -> str:
        value = self._left.pop(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise ConfigurationError(detail=f"{self._file_name}: {key} must be a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._left.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise ConfigurationError(detail=f"{self._file_name}: {key} must be a list of texts")
        return tuple(value)

    def flag(self, key: str) -> bool:
        value = self._left.pop(key, False)
        if not isinstance(value, bool):
            raise ConfigurationError(detail=f"{self._file_name}: {key} must be true or false")
        return value

    def choice(self, key: str, kind: type[_Choice], default: _Choice | None = None) -> _Choice:
        value = self._left.pop(key, default)
        try:
            return kind(str(value))
        except ValueError as error:
            allowed = ", ".join(kind)
            raise ConfigurationError(detail=f"{self._file_name}: {key} must be one of {allowed}") from error

    def keywords(self) -> tuple[Keyword, ...]:
        value = self._left.pop("keywords", {})
        if not isinstance(value, dict):
            raise ConfigurationError(detail=f"{self._file_name}: keywords must be a table of weights")
        found = []
        for phrase, weight in value.items():
            if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= 5:
                raise ConfigurationError(detail=f"{self._file_name}: the weight of {phrase!r} must lie above 0 and up to 5")
            found.append(Keyword(phrase, float(weight)))
        return tuple(found)

    def refuse_leftovers(self) -> None:
        if self._left:
            self.fail(f"unknown keys {sorted(self._left)}")
