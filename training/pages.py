"""Draw pages of held-out office text as scanned: ``python -m training.pages --in legal_text.txt.gz --out FOLDER``.

The lines are those that ``training.language`` left out of the model, so that what is fitted on these pages is honest. They are
drawn into FOLDER for fitting and measuring, and are never committed. The layout of FOLDER is that of ``samples.generator``.
"""

from __future__ import annotations

import argparse
import hashlib
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from samples.generator.build import SCANS, locate_truth
from samples.generator.degrade import PROFILES, Mode, scan_page
from samples.generator.dice import Dice
from samples.generator.fonts import SANS, SERIF, list_vietnamese_letters
from samples.generator.hardships import copy_again, cut_to_black
from samples.generator.sheet import Sheet, Style
from samples.generator.truth import FileTruth, PageTruth, render_truth
from samples.generator.writers import write_scan
from training.corpus import is_held_out, mark_misread, read_lines, tokenize

WIDTH_MM, LEFT_MM, TOP_MM, BOTTOM_MM = 168.0, 25.0, 22.0, 280.0
LETTERS = frozenset(list_vietnamese_letters()) | frozenset("0123456789 .,;:()/-%\"'+?!&")
CAPITAL_SHARE, BOLD_SHARE, ITALIC_SHARE, SANS_SHARE = 0.12, 0.2, 0.15, 0.2
BLACK_SHARE = 0.45  # of pages fine enough: scanned, or copied, in black and white
COLOUR: Mode = "colour"
BITONAL: Mode = "bitonal"
MIN_LETTERS, MAX_LETTERS = 12, 420


def main() -> None:
    """Draw the pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--in", dest="text", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    dice = Dice(f"{arguments.seed}/pages")
    source = iter(choose_lines(list(read_lines(arguments.text)), dice))
    for number in range(arguments.pages):
        draw_page(source, dice, arguments.out, number)


def choose_lines(texts: list[str], dice: Dice) -> list[str]:
    """Return, shuffled, the held-out lines that can be drawn and were not themselves misread."""
    misread = mark_misread([tokenize(text) for text in texts])
    lines = [
        text
        for text, is_misread in zip(texts, misread, strict=True)
        if is_held_out(text) and not is_misread and len(text) > MIN_LETTERS and set(text) <= LETTERS
    ]
    dice.shuffle(lines)
    return lines


def draw_page(source: Iterator[str], dice: Dice, out: Path, number: int) -> None:
    """Fill one page from ``source``, scan it badly by the dice, and write it with its truth."""
    dpi = dice.choice((100, 150, 200, 200, 300))
    profile = dice.choice(("moderate", "moderate", "hard"))
    sheet = Sheet(dpi)
    y_mm = TOP_MM
    family = SANS if dice.random() < SANS_SHARE else SERIF
    while y_mm < BOTTOM_MM:
        text = next(source)[:MAX_LETTERS].rsplit(" ", 1)[0]
        is_capital = dice.random() < CAPITAL_SHARE and len(text) < 120
        style = Style(
            dice.choice((12.0, 13.0, 14.0)),
            bold=is_capital or dice.random() < BOLD_SHARE,
            italic=dice.random() < ITALIC_SHARE,
            family=family,
        )
        for row in wrap(sheet, unicodedata.normalize("NFC", text.upper() if is_capital else text), style):
            if y_mm < BOTTOM_MM:
                sheet.put(LEFT_MM, y_mm, row, style)
            y_mm += style.size_pt * 0.3528 * 1.45
    image, mode = sheet.image, COLOUR
    if dpi >= 200 and dice.random() < BLACK_SHARE:
        image, profile, mode = dice.choice((cut_to_black, cut_to_black, copy_again))(image, dice, dpi), "clean", BITONAL
    scan = scan_page(image, dice, PROFILES[profile], dpi=dpi, mode=mode)
    relative = Path("text") / f"page-{number:03}.png"
    path = out / SCANS / relative
    write_scan(path, [scan.image], dpi=dpi, jpeg_quality=60)
    page = PageTruth(
        1, scan.rotation_deg, scan.skew_deg, False, dpi, "colour", sheet.image.width, sheet.image.height, tuple(sheet.lines)
    )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    truth = FileTruth(relative.as_posix(), digest, None, "component", profile, "archived", (page,), ())
    target = locate_truth(out, relative)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render_truth(truth), encoding="utf-8")


def wrap(sheet: Sheet, text: str, style: Style) -> Iterator[str]:
    """Break a text into rows as wide as the page's text block."""
    row: list[str] = []
    for word in text.split():
        if row and sheet.measure_mm(" ".join([*row, word]), style) > WIDTH_MM:
            yield " ".join(row)
            row = []
        row.append(word)
    if row:
        yield " ".join(row)


if __name__ == "__main__":
    main()
