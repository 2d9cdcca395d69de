"""The agency that issued a document: the last name in the upper left block (ND 30/2020 App. I, cell 2).

The block names the superior agency first. A name may take several lines: a line begins a new name only when it begins with
a word that agencies begin with ("SỞ", "UBND", "TRƯỜNG").
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from classifiers.fields.agency_words import mend_agency_words
from classifiers.fields.field import make_field, strip_marks, words_in
from classifiers.fields.people import find_name
from classifiers.folding import fold, fold_words
from classifiers.layout import Segment
from classifiers.reading import PageReading
from dossiers.model import ExtractedField
from dossiers.page import RecognizedWord

_HEAD_WORDS = (
    "bo,uy ban,ubnd,hoi dong,hdnd,so,cuc,tong cuc,chi cuc,vu,ban,phong,trung tam,truong,cong an,toa an,vien,van phong,"
    "dai hoc,bao hiem,kho bac,thanh tra,ngan hang,chinh phu,quoc hoi,thu tuong,chu tich nuoc,chi nhanh,tong cong ty,"
    "cong ty,hoi,lien doan,doan,dang,tinh uy,huyen uy,thanh uy,dang uy,benh vien,tram,hoc vien,quy,to,doi,hat,khoa,"
    "bch,mat tran,thue,hai quan,tap doan,cang,bao,xi nghiep,hop tac xa,tieu ban"
)
_CONTINUING_WORDS = "tinh,thanh pho,tp,huyen,quan,thi xa,xa,phuong,thi tran,dac khu,va"
_HEADS = tuple(f" {head} " for head in _HEAD_WORDS.split(","))
_CONTINUING = tuple(f" {word} " for word in _CONTINUING_WORDS.split(","))
_REGISTERED_AT = re.compile(r"^\W{0,2}noi dang ky[^:]{0,30}:\s*(?=uy ban nhan dan|ubnd|so |dai su quan|tong lanh su)")
_MINISTRY = re.compile(r"^\W{0,2}bo cong an\W{0,2}$")
_SPECK_CONFIDENCE = 0.3
_OFF_CENTRE = 0.03


def find_issuing_authority(pages: Sequence[PageReading]) -> ExtractedField | None:
    """Return ``issuing_authority``: the issuing agency's own name, its lines joined by a blank."""
    letterhead = pages[0].letterhead if pages else None
    if letterhead is None or not letterhead.agency_lines:
        return _find_labelled(pages)
    lines = [line for line in letterhead.agency_lines if line.confidence >= _SPECK_CONFIDENCE]
    names = _group_names(lines)
    if not names or (not _starts_name(names[-1][0]) and find_name(names[-1][0].text)):
        return None
    words: list[RecognizedWord] = [word for line in names[-1] for word in line.words]
    value = " ".join(mend_agency_words(strip_marks(line.text)) for line in names[-1])
    certainty = (0.97 if _starts_name(names[-1][0]) else 0.75) * (1.0 if letterhead.anchors else 0.85)
    if max(line.centre_x for line in lines) - min(line.centre_x for line in lines) > _OFF_CENTRE:
        # The block is centred: a line off its axis lost a word.
        certainty *= 0.75
    return make_field("issuing_authority", value, words, names[-1][0].page, certainty)


def _find_labelled(pages: Sequence[PageReading]) -> ExtractedField | None:
    """Return the agency that a certificate names after "Nơi đăng ký …:", or the ministry that signs a card."""
    for segment in (segment for reading in pages for segment in reading.segments):
        folded = fold(segment.text)
        label = _REGISTERED_AT.match(folded)
        start = label.end() if label else 0
        if label or (_MINISTRY.match(folded) and segment.top > 0.3 and segment.text.isupper()):
            value = mend_agency_words(strip_marks(segment.text[start:]))
            return make_field("issuing_authority", value, words_in(segment, start, len(segment.text)), segment.page, 0.9)
    return None


def _group_names(lines: Sequence[Segment]) -> list[list[Segment]]:
    """Join lines into names; every line that begins no name continues the one before."""
    names: list[list[Segment]] = []
    for line in lines:
        if names and (not _starts_name(line) or _is_unfinished(names[-1][-1])):
            names[-1].append(line)
        else:
            names.append([line])
    return names


def _starts_name(line: Segment) -> bool:
    folded = fold_words(strip_marks(line.text))
    return folded.startswith(_HEADS) and not folded.startswith(_CONTINUING)


def _is_unfinished(line: Segment) -> bool:
    return line.text.rstrip().endswith((",", "-", "–")) or fold_words(line.text).endswith(" va ")
