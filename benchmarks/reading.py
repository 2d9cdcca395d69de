"""What an engine made of one file, and what it took: the same form for Sohoa and for its peer."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class PageReading:
    """One page: its lines in reading order, and how the engine says it lay (None when it does not say)."""

    lines: tuple[str, ...]
    rotation_deg: int | None = None
    skew_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One file read and stored. ``failure`` is empty when all went well; then ``pdfs`` are the stored files.

    ``peak_bytes`` is the resident memory of the largest process; ``stages`` seconds by stage where the engine tells them, and
    ``fields`` the first document's fields, each with its confidence.
    """

    engine: str
    pages: tuple[PageReading, ...]
    wall_s: float
    cpu_s: float
    peak_bytes: int
    stored_bytes: int
    pdfs: tuple[str, ...] = ()
    stages: dict[str, float] = field(default_factory=dict)
    fields: dict[str, tuple[str, float]] = field(default_factory=dict)
    failure: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return a form that ``from_json`` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, form: dict[str, Any]) -> Reading:
        """Return the reading that ``to_json`` wrote."""
        pages = tuple(
            PageReading(tuple(page["lines"]), page["rotation_deg"], page["skew_deg"]) for page in form.get("pages", ())
        )
        return cls(**{**form, "pages": pages, "pdfs": tuple(form.get("pdfs", ()))})


def failed(engine: str, reason: str, *, wall_s: float = 0.0, cpu_s: float = 0.0, peak_bytes: int = 0) -> Reading:
    """Return the reading of a file on which the engine failed: no page of it was read."""
    return Reading(engine, (), wall_s, cpu_s, peak_bytes, 0, failure=reason)
