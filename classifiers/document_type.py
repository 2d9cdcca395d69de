"""What type a document is: evidence from its title, symbol, layout and words, joined into one score.

Each kind of evidence is a probability-like number, and they are joined as independent ones (noisy or). The title decides
nearly alone; the symbol of the number speaks for a type when the title is unreadable; words must come in several.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from classifiers.folding import fold, fold_words
from classifiers.layout import Segment, find_segments, is_bare
from classifiers.letterhead import Letterhead, find_letterhead
from classifiers.number_line import read_number_line
from classifiers.titles import TitleCandidate, TitleMatch, find_title_candidates, match_title
from dossiers.document_type import UNKNOWN_TYPE_ID, UNKNOWN_TYPE_NAME, DocumentType, TypeLayout
from dossiers.model import ClassifiedDocument
from dossiers.page import RecognizedPage

LEAST_SCORE = 0.45
"""Below this score nothing fits and the type is unknown."""

_TITLE_WORTH = 0.93
_SYMBOL_WORTH = 0.6
_FOLDED_SYMBOL_WORTH = 0.45
_WORDS_WORTH = 0.75
_MANY_WORDS, _MANY_WORDS_WORTH = 4, 0.9
_NEGATIVE_COST = 0.25
_FIRM_TITLE = 0.7
_BELOW_FIRST = 0.06
_BELOW_WORTH = 0.6
_AMBIGUITY_MARGIN = 0.04
# A long phrase is looked for with faults, a short one as it stands.
_FUZZY_PHRASE_LETTERS = 12
_PHRASE_LIKENESS = 90


@dataclass(frozen=True, slots=True)
class PageEvidence:
    """All that the first page of a document shows about its type."""

    segments: tuple[Segment, ...]
    letterhead: Letterhead | None
    candidates: tuple[TitleCandidate, ...]
    type_symbol: str
    is_known_symbol: bool
    folded_text: str


@dataclass(frozen=True, slots=True)
class TypeScore:
    """How well one type fits, 0 to 1, and why; ``title`` is the title line that spoke for it."""

    document_type: DocumentType
    score: float
    reasons: tuple[str, ...]
    title: TitleMatch | None


def classify(pages: Sequence[RecognizedPage], types: Mapping[str, DocumentType], scan_sha256: str = "") -> ClassifiedDocument:
    """Say which type the document on ``pages``, at least one, is; ``unknown`` when nothing fits.

    The first page with text decides; words are also sought on the page after it, the back of a card or a form.
    """
    written = [page for page in pages if not is_bare(page)]
    best = score_types(written[:2], types)[:1] if written else []
    if not best or best[0].score < LEAST_SCORE:
        score = best[0].score if best else 0.0
        reason = "no type fits well enough" if written else "no text"
        return ClassifiedDocument(scan_sha256, tuple(pages), UNKNOWN_TYPE_ID, UNKNOWN_TYPE_NAME, round(score, 3), (reason,))
    found = best[0]
    kind = found.document_type
    return ClassifiedDocument(scan_sha256, tuple(pages), kind.id, kind.name, round(found.score, 3), found.reasons)


def score_types(pages: Sequence[RecognizedPage], types: Mapping[str, DocumentType]) -> list[TypeScore]:
    """Return every type that anything speaks for, best first. ``pages`` starts with the document's first page."""
    evidence = gather_evidence(pages, types)
    titles = _prefer_topmost({kind.id: match_title(evidence.candidates, kind) for kind in types.values()})
    has_title = any(match and match.strength > 0.6 for match in titles.values())
    scores = [_score(kind, evidence, titles[kind.id], has_title=has_title) for kind in types.values()]
    ranked = sorted(
        (item for item in scores if item.score > 0), key=lambda item: (item.score, _title_length(item)), reverse=True
    )
    return _mark_ambiguity(ranked)


def _prefer_topmost(titles: dict[str, TitleMatch | None]) -> dict[str, TitleMatch | None]:
    """Weaken the titles that stand well below the first one: what a page names later is not what it is."""
    firm = [match.candidate.top for match in titles.values() if match and match.is_whole and match.strength > _FIRM_TITLE]
    limit = min(firm, default=1.0) + _BELOW_FIRST
    return {
        type_id: replace(match, strength=match.strength * _BELOW_WORTH) if match and match.candidate.top > limit else match
        for type_id, match in titles.items()
    }


def gather_evidence(pages: Sequence[RecognizedPage], types: Mapping[str, DocumentType]) -> PageEvidence:
    """Read what the first of ``pages`` shows, and the words of all of them."""
    segments = find_segments(pages[0])
    letterhead = find_letterhead(segments)
    known_symbols = {symbol for kind in types.values() for symbol in kind.symbols}
    line = read_number_line(letterhead.number, known_symbols) if letterhead and letterhead.number else None
    # A title stands below the national title and motto; a form may bear its number beside the title.
    anchors = letterhead.anchors if letterhead else ()
    from_top = max((anchor.bottom for anchor in anchors), default=0.0)
    skipped = set(letterhead.agency_lines) if letterhead else set()
    below = [segment for segment in segments if segment not in skipped]
    text = fold_words(" ".join(line.text for page in pages for line in page.lines))
    candidates = find_title_candidates(below, from_top - 0.005)
    symbol = line.type_symbol if line else ""
    return PageEvidence(segments, letterhead, candidates, symbol, symbol in known_symbols, text)


def _score(kind: DocumentType, evidence: PageEvidence, title: TitleMatch | None, *, has_title: bool) -> TypeScore:
    reasons = []
    doubt = 1.0
    if title is not None:
        doubt *= 1 - _TITLE_WORTH * title.strength
        reasons.append(f"title {title.title!r} {title.strength:.2f}")
    symbol_worth = _weigh_symbol(kind, evidence)
    if symbol_worth:
        doubt *= 1 - symbol_worth
        reasons.append(f"symbol {evidence.type_symbol!r}")
    if kind.layout is TypeLayout.OFFICIAL_LETTER:
        letter_worth, why = _weigh_letter(evidence, has_title=has_title)
        doubt *= 1 - letter_worth
        reasons.extend(why)
    words_worth, phrases = _weigh_words(kind, evidence)
    if words_worth:
        doubt *= 1 - words_worth
        reasons.append("words " + ", ".join(repr(phrase) for phrase in phrases[:4]))
    score = 1 - doubt
    against = [hint for hint in kind.negative_hints if fold_words(hint) in evidence.folded_text]
    if against and score:
        score = max(0.0, score - _NEGATIVE_COST * len(against))
        reasons.append("against it " + ", ".join(repr(hint) for hint in against))
    return TypeScore(kind, score, tuple(reasons), title)


def _weigh_symbol(kind: DocumentType, evidence: PageEvidence) -> float:
    symbol = evidence.type_symbol
    # "V/v" under the number tells an official letter, whose symbol may begin like a type's: 2191/CT-CS of the Cục Thuế.
    if not symbol or (evidence.letterhead and evidence.letterhead.subject_lines):
        return 0.0
    if symbol in kind.symbols:
        return _SYMBOL_WORTH
    return _FOLDED_SYMBOL_WORTH if fold(symbol) in {fold(known) for known in kind.symbols} else 0.0


def _weigh_letter(evidence: PageEvidence, *, has_title: bool) -> tuple[float, list[str]]:
    """Weigh the layout of an official letter: a subject under the number, an address, and no title."""
    letterhead = evidence.letterhead
    if letterhead is None:
        return 0.0, []
    worth, reasons = 1.0, []
    if letterhead.subject_lines:
        worth *= 0.15
        reasons.append("subject 'V/v' under the number")
    if any(fold(segment.text).lstrip(" .-'").startswith("kinh g") for segment in evidence.segments if segment.top < 0.6):
        worth *= 0.6
        reasons.append("address 'Kính gửi'")
    if letterhead.number is not None and letterhead.anchors:
        worth *= 0.75
        reasons.append("numbered letterhead")
    if has_title or (evidence.is_known_symbol and not letterhead.subject_lines):
        return (1 - worth) * (0.5 if letterhead.subject_lines else 0.15), reasons
    return 1 - worth, reasons


def _weigh_words(kind: DocumentType, evidence: PageEvidence) -> tuple[float, list[str]]:
    found = [word for word in kind.keywords if _occurs(fold_words(word.phrase), evidence.folded_text)]
    weight = sum(word.weight for word in found)
    # One phrase alone may be a citation; many together are as good as a title.
    ceiling = _MANY_WORDS_WORTH if len(found) >= _MANY_WORDS else _WORDS_WORTH
    worth = ceiling * (1 - math.exp(-weight / 1.6))
    return (worth if len(found) > 1 else min(0.35, worth)), [word.phrase for word in found]


def _occurs(phrase: str, text: str) -> bool:
    if phrase in text:
        return True
    return len(phrase) >= _FUZZY_PHRASE_LETTERS and fuzz.partial_ratio(phrase, text, score_cutoff=_PHRASE_LIKENESS) > 0


def _title_length(item: TypeScore) -> int:
    return len(item.title.title) if item.title else 0


def _mark_ambiguity(ranked: list[TypeScore]) -> list[TypeScore]:
    """Lower the best score when another type without weaker grounds comes close to it."""
    if len(ranked) < 2 or ranked[0].score - ranked[1].score > _AMBIGUITY_MARGIN:
        return ranked
    best, rival = ranked[0], ranked[1]
    if _title_length(best) > _title_length(rival):
        return ranked
    reasons = (*best.reasons, f"nearly as likely {rival.document_type.id}")
    return [TypeScore(best.document_type, best.score * 0.8, reasons, best.title), *ranked[1:]]
