"""The door of the after-care: lines as one or two readers gave them in, mended lines out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dossiers.page import BoxPx, RecognizedLine, RecognizedWord
from ocr.engine import Reading
from ocr.language.combine import Slot, align_readings
from ocr.language.confidence import Rating, describe_word
from ocr.language.lattice import DEFAULT_SETTINGS, START, MendSettings, choose_texts, follow_key
from ocr.language.ngrams import NgramModel, load_model
from ocr.language.tokens import split_word
from ocr.lines import join_words


@dataclass(frozen=True, slots=True)
class Choice:
    """A slot with the text chosen for it."""

    slot: Slot
    text: str


def mend_lines(
    readings: Iterable[Reading],
    model: NgramModel | None = None,
    rating: Rating | None = None,
    settings: MendSettings = DEFAULT_SETTINGS,
) -> tuple[RecognizedLine, ...]:
    """Return one line for each reading, in reading order, with words mended where that is much likelier.

    A word whose text is not the first reader's carries that reader's text as ``raw_text``; several words that the reader had
    run together all carry it. Boxes are those of the readers. Numbers, codes and names are only ever one of the readings.
    With a ``rating`` (``load_rating()``) confidences become calibrated chances; without, they stay the readers'.
    """
    model = model or load_model()
    asked = list(readings)
    lines, last = [], START
    for reading, choices in zip(asked, choose_lines(asked, model, settings), strict=True):
        words: list[RecognizedWord] = []
        for choice in choices:
            placed = place_words(choice)
            if rating:
                described, last = describe_choice(choice, last, model)
                rates = [rating.rate(features, is_twice=bool(choice.slot.second)) for features in described]
                placed = [replace(word, confidence=rate) for word, rate in zip(placed, rates, strict=True)]
            words += placed
        lines.append(replace(join_words(words), bbox_px=reading.first.bbox_px) if words else reading.first)
    return tuple(lines)


def choose_lines(
    readings: Sequence[Reading], model: NgramModel, settings: MendSettings = DEFAULT_SETTINGS
) -> list[list[Choice]]:
    """Return for each reading its slots, left to right, with the text chosen for each."""
    slots = [align_readings(reading.first.words, reading.second.words if reading.second else ()) for reading in readings]
    chosen = iter(choose_texts(slots, model, settings))
    return [[Choice(slot, next(chosen)) for slot in line] for line in slots]


def describe_choice(
    choice: Choice, last: tuple[str, str], model: NgramModel
) -> tuple[list[tuple[float, ...]], tuple[str, str]]:
    """Return the features (``confidence.FEATURES``) of a choice's words behind the keys ``last``, and the keys then."""
    described = []
    for word in choice.text.split():
        fit_nats = 0.0
        for key in split_word(word).keys:
            fit_nats, last = min(fit_nats, model.score(*last, key)), follow_key(last, key)
        described.append(describe_word(choice.slot, choice.text, word, fit_nats, model))
    return described, last


def place_words(choice: Choice) -> list[RecognizedWord]:
    """Return the words of a chosen text with boxes, confidences and, where it is not the first reading, the raw text."""
    slot, parts = choice.slot, choice.text.split()
    if parts == [word.text for word in slot.first]:
        return list(slot.first)
    source = next((words for words in (slot.first, slot.second) if len(words) == len(parts)), None)
    boxes = [word.bbox_px for word in source] if source else _divide_box(slot.first, parts)
    confidence = min(word.confidence for word in (slot.second if choice.text == slot.second_text else slot.first))
    words = []
    for index, (part, box) in enumerate(zip(parts, boxes, strict=True)):
        raw = slot.first[index] if len(slot.first) == len(parts) else None
        if raw and raw.text == part:
            words.append(replace(raw, confidence=confidence))
        else:
            words.append(RecognizedWord(part, box, confidence, raw.text if raw else slot.first_text))
    return words


def _divide_box(words: Sequence[RecognizedWord], parts: Sequence[str]) -> list[BoxPx]:
    """Divide the box of ``words`` among ``parts`` by their length."""
    box = words[0].bbox_px
    for word in words[1:]:
        box = box.union(word.bbox_px)
    letters = sum(map(len, parts)) + len(parts) - 1
    boxes, start = [], 0
    for part in parts:
        left = box.left + box.width * start // letters
        right = box.left + box.width * (start + len(part)) // letters
        boxes.append(BoxPx(left, box.top, max(left + 1, right), box.bottom))
        start += len(part) + 1
    return boxes
