"""Who a paper is about: full name, date of birth and personal ID number, each beside its printed label.

The first person named is taken: the holder of a card, the applicant of a form, the child of a birth certificate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from classifiers.fields.field import make_field, strip_marks, words_in
from classifiers.fields.people import begins_with_surname, is_holder_name
from classifiers.folding import fold
from classifiers.layout import Segment
from classifiers.reading import PageReading
from dossiers.errors import InvalidCodeError
from dossiers.model import ExtractedField
from dossiers.page import RecognizedWord
from dossiers.personal_id import parse_personal_id

_ID_LABEL = re.compile(
    r"(?:so dinh danh(?: ca nhan)?|so (?:the )?can cuoc(?: cong dan)?|so cccd|cccd|so cmnd|cmnd|can cuoc cong dan|can cuoc|"
    r"chung minh nhan dan|giay to tuy than|personal identification|\bso\s*/\s*no|\bno\.)"
)
_ID_DIGITS = re.compile(r"(?<!\d)(?:\d[ .|]?){11}\d(?!\d)|(?<!\d)(?:\d[ .|]?){8}\d(?!\d)")
_NAME_LABEL = re.compile(
    r"^\W{0,3}(?:[\di]{1,2}[.)]?(?:\d[.)]?)?\s*)?"
    r"(?:ho\s*,?\s*(?:va\s*)?(?:chu dem\s*,?\s*)?(?:va\s*)?ten(?:\s+khai sinh)?|toi(?: ten)? la|full name)"
    r"(?:\s*/\s*full name)?(?:\s+(?:nguoi (?:yeu cau|khai|nop ho so|lam don|duoc khai sinh)|chu ho so))?"
    r"\s*(?:\(\d+\))?\s*[:;.]*\s*"
)
# Labels that precede other things, too: what follows must begin with a surname.
_HOLDER_LABEL = re.compile(
    r"^\W{0,3}(?:\d{1,2}[.)]?(?:\d{1,2}[.)]?)?\s*)?"
    r"(?:.{0,30}\bho so cua|cap cho|ten|ten (?:chu dau tu|chu ho|nguoi nop)|"
    r"nguoi (?:nop (?:tien|ho so|don|thue)|yeu cau|de nghi)|chu dau tu|chu ho|toi la|toi ten la|"
    r"kinh gui ong|ong\s*[/(]?\s*ba\)?|ong|ba)"
    r"(?:\s*\([^)]{0,40}\))?\s*:\s*(?:(?:ong|ba)\s+)?"
)
_BIRTH_LABEL = re.compile(r"(?:ngay\s*,?\s*thang\s*,?\s*nam sinh|ngay sinh|sinh ngay|nam sinh|date of birth)")
_BIRTH_DATE = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})|(\d{1,2})\s*thang\s*(\d{1,2})\s*nam\s*(\d{4})")
_NAME_END = re.compile(
    r"\s(?:gioi tinh|sinh (?:ngay|nam)|ngay,? (?:sinh|thang)|nam sinh|dan toc|quoc tich)\b"
    r"|\s(?:so (?:dinh|cccd|cmnd|dien)|cccd|cmnd|sdt)\b|[,;(.…]"
)


def find_only_personal_id(pages: Sequence[PageReading]) -> ExtractedField | None:
    """Return ``personal_id_number`` when the pages name exactly one, as a decision on one person does."""
    found = {field.value: field for field in _find_ids([s for reading in pages for s in reading.segments])}
    return next(iter(found.values())) if len(found) == 1 else None


def find_identity(pages: Sequence[PageReading]) -> list[ExtractedField]:
    """Return ``personal_id_number``, ``full_name`` and ``date_of_birth``, each only where it is legible and possible."""
    segments = _up_to_second_person([segment for reading in pages for segment in reading.segments])
    number = next(_find_ids(segments), None)
    birth = _find_birth_date(segments)
    if number is not None and birth is not None:
        number = _compare(number, birth)
    return [field for field in (number, _find_name(segments), birth) if field is not None]


def _up_to_second_person(segments: Sequence[Segment]) -> Sequence[Segment]:
    """Leave out what follows the second name asked for: a child's number must not be its father's."""
    first: str | None = None
    for index, segment in enumerate(segments):
        folded = fold(segment.text)
        label = _NAME_LABEL.match(folded)
        if label is None or folded.startswith("full name"):
            continue
        name = folded[label.end() :].strip()
        if first is not None and name != first:
            return segments[:index]
        first = name
    return segments


def _after(segments: Sequence[Segment], index: int, start: int) -> Iterator[tuple[Segment, int]]:
    """Yield where a label's value may stand: after it, in the next part of its line, on the line below."""
    label = segments[index]
    yield label, start
    below = []
    for segment in segments[index + 1 : index + 8]:
        if segment.page != label.page or segment.top > label.bottom + 1.6 * max(label.height, 0.012):
            break
        if segment.top < label.top + 0.6 * label.height and segment.left >= label.right:
            yield segment, 0
        elif segment.top >= label.top + 0.6 * label.height and segment.left < label.right + 0.05:
            below.append(segment)
    if below:
        yield below[0], 0


def _find_ids(segments: Sequence[Segment]) -> Iterator[ExtractedField]:
    """Yield the valid numbers that stand beside a label, in reading order."""
    for index, segment in enumerate(segments):
        label = _ID_LABEL.search(fold(segment.text))
        if label is None:
            continue
        for place, start in _after(segments, index, label.end()):
            digits = _ID_DIGITS.search(place.text, start)
            if digits is None:
                continue
            value = re.sub(r"\D", "", digits[0])
            try:
                parsed = parse_personal_id(value)
            except InvalidCodeError:
                continue
            words = words_in(place, *digits.span())
            certainty = (0.97 if len(words) == 1 else 0.8) * (1.0 if parsed.birth_year else 0.85)
            yield make_field("personal_id_number", value, words, place.page, certainty)
            break


def _find_name(segments: Sequence[Segment]) -> ExtractedField | None:
    for index, segment in enumerate(segments):
        folded = fold(segment.text)
        label = _NAME_LABEL.match(folded)
        holder = _HOLDER_LABEL.match(folded)
        label = holder if holder and (label is None or holder.end() > label.end()) else label
        if label is None:
            continue
        for place, start in _after(segments, index, label.end()):
            end = _NAME_END.search(fold(place.text), start + 1)
            stop = end.start() if end else len(place.text)
            value = strip_marks(place.text[start:stop])
            words: tuple[RecognizedWord, ...] = words_in(place, start, stop)
            if is_holder_name(value) and words and (label is not holder or begins_with_surname(value)):
                return make_field("full_name", value, words, place.page, 0.92)
    return None


def _find_birth_date(segments: Sequence[Segment]) -> ExtractedField | None:
    for index, segment in enumerate(segments):
        label = _BIRTH_LABEL.search(fold(segment.text))
        if label is None:
            continue
        for place, start in _after(segments, index, label.end()):
            found = _BIRTH_DATE.search(fold(place.text), start)
            if found is None:
                continue
            day, month, year = (int(part) for part in found.groups() if part)
            if not (1 <= day <= 31 and 1 <= month <= 12 and 1880 <= year <= 2100):
                return None
            value = f"{year:04}-{month:02}-{day:02}"
            return make_field("date_of_birth", value, words_in(place, *found.span()), place.page, 0.95)
    return None


def _compare(number: ExtractedField, birth: ExtractedField) -> ExtractedField:
    """Doubt an ID number whose year of birth is not that of the date of birth; trust one a little more whose is."""
    parsed = parse_personal_id(number.value)
    if parsed.birth_year is None:
        return number
    factor = 1.02 if parsed.birth_year == int(birth.value[:4]) else 0.55
    return ExtractedField(
        number.name, number.value, round(min(1.0, number.confidence * factor), 3), number.page, number.bbox_px
    )
