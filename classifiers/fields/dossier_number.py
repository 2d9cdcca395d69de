"""The dossier number where a paper prints it, e.g. on the receipt of the one-stop counter."""

from __future__ import annotations

from collections.abc import Sequence

from classifiers.fields.field import make_field
from classifiers.reading import PageReading
from dossiers.codes import find_dossier_number
from dossiers.model import ExtractedField


def find_printed_dossier_number(pages: Sequence[PageReading]) -> ExtractedField | None:
    """Return ``dossier_number`` when exactly one valid number is printed on the pages."""
    found: dict[str, ExtractedField] = {}
    for reading in pages:
        for segment in reading.segments:
            number = find_dossier_number(segment.text)
            if number is not None:
                words = [word for word in segment.words if any(letter.isdigit() for letter in word.text)]
                found.setdefault(str(number), make_field("dossier_number", str(number), words, segment.page, 0.97))
    return next(iter(found.values())) if len(found) == 1 else None
