"""What a scan is like: dots per inch, sharpness, contrast, colour, blank, cut off.

The verdict is about the *scan*, so it is taken from the page as it came, before any cleaning. It must not cry wolf:
a clean bitonal office scan has none of these faults but NOT_COLOUR.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from dossiers.page import QualityFault, QualityVerdict
from ocr.cleaning import flatten_light, lift_seals
from ocr.page_image import WHITE, Pixels, as_pixels, average_whole, find_below, measure_quantile, resize, to_gray
from ocr.shapes import find_shapes

MIN_DPI = 200  # NĐ 30/2020, App. I, II.I.2
MIN_LETTER_HEIGHT_PX = 10  # x-height of 11 pt Times at 200 dpi is 14 px, at 150 dpi 10: below that marks run together
MIN_LETTERS_FOR_HEIGHT = 60
THUMBNAIL_SIDE_PX = 1750  # 150 dpi on A4
THUMBNAIL_DPI = 150
MAX_SIZE_DEVIATION = 0.02
STRONG_INK_LEVEL = 165  # of 255 on flattened paper; what shines through from the other side stays lighter
WEAK_INK_LEVEL = 215  # what an empty cartridge prints is no darker than what shines through: only reading tells them apart
MIN_LETTER_PX, MAX_LETTER_PX = 6, 50
# A sharp edge falls from paper to ink within about two pixels of the thumbnail. Real scans and photos measured 0.68 to
# 0.97. Blurred with sigma 3 px at 300 dpi they have 0.54 and are still read well; with 4 px 0.45, and reading suffers.
MIN_SHARPNESS = 0.48
MAX_EDGES = 50_000  # of the pixels on edges; more say the same to the third digit
MIN_CONTRAST = 0.4  # of black on white; office scans have 0.7 or more, good photos 0.55; thermal paper fades below
# Of 255, between strongest and weakest channel, on average. A colour scanner's noise alone gives 0.9 or more on a page
# without a coloured thing; a gray scan stored as RGB gives 0.
MIN_MEAN_CHROMA = 0.3
STRONG_CHROMA, MIN_STRONG_SHARE = 60, 2e-5  # a fragment of a red stamp on paper that was cleaned to pure white
BLANK_LETTERS = 8  # fewer letter-sized shapes are specks
BLANK_INK_SHARE = 1e-3
SPARSE_LETTERS = 150  # up to here a stamp's fragment may look like letters; reading decides
SPARSE_INK_SHARE = 6e-3
BORDER_INCH = 0.02
MIN_CUT_LINES = 4
MIN_CUT_LINES_SHARE = 0.2
MIN_CUT_LETTERS = 8
MIN_BORDER_BRIGHTNESS = 0.7  # of the paper: what surrounds a photographed sheet is darker


@dataclass(frozen=True, slots=True)
class Assessment:
    """The verdict; ``is_sparse``: so little ink that only reading can tell whether it is text; its dark letters.

    On a sparse page ``weak_letter_count`` also counts letter-sized shapes of pale ink. ``letter_height_px`` is in pixels of the
    scan, None where there are too few letters to tell.
    """

    verdict: QualityVerdict
    is_sparse: bool
    letter_count: int
    weak_letter_count: int
    letter_height_px: float | None


def assess_quality(pixels: Pixels, dpi: int) -> Assessment:
    """Judge a page (gray or BGR, at ``dpi``) as it was scanned."""
    thumbnail, scale = make_thumbnail(pixels)
    small = to_gray(thumbnail)
    flat = flatten_light(lift_seals(thumbnail), THUMBNAIL_DPI)
    ink = find_below(flat, STRONG_INK_LEVEL)
    letters = _find_letters(ink)
    ink_share = cv2.countNonZero(ink) / ink.size
    is_sparse = len(letters) < SPARSE_LETTERS and ink_share < SPARSE_INK_SHARE
    # Pale ink is most of what there is to look through, and says nothing where there is print enough.
    weak_letters = _find_letters(find_below(flat, WEAK_INK_LEVEL)) if is_sparse else letters
    is_blank = max(len(letters), len(weak_letters)) < BLANK_LETTERS and ink_share < BLANK_INK_SHARE
    sharpness, contrast = measure_sharpness(small, ink), measure_contrast(small, ink)
    is_colour = has_colour(thumbnail)
    letter_height = _measure_letter_height(letters, scale)
    faults = {
        QualityFault.LOW_DPI: dpi < MIN_DPI or (letter_height is not None and letter_height < MIN_LETTER_HEIGHT_PX),
        QualityFault.BLURRED: not is_sparse and sharpness < MIN_SHARPNESS,
        QualityFault.LOW_CONTRAST: not is_sparse and contrast < MIN_CONTRAST,
        QualityFault.CUT_EDGE: not is_sparse and is_cut_off(letters, small),
        QualityFault.NOT_COLOUR: not is_blank and not is_colour,
    }
    found = tuple(fault for fault, is_present in faults.items() if is_present)
    verdict = QualityVerdict(dpi, round(sharpness, 3), round(contrast, 3), is_blank, is_colour, found)
    return Assessment(verdict, is_sparse, len(letters), len(weak_letters), letter_height)


def make_thumbnail(pixels: Pixels) -> tuple[Pixels, float]:
    """Return the page with its long side at about THUMBNAIL_SIDE_PX, if it is longer, and the scale of that.

    Whole pixels are averaged where that comes close enough: at 300 dpi in a tenth of the time.
    """
    height, width = pixels.shape[:2]
    times = max(height, width) / THUMBNAIL_SIDE_PX
    whole = round(times)
    if times <= 1 or abs(times - whole) > MAX_SIZE_DEVIATION * times:
        scale = min(1.0, 1 / times)
        return resize(pixels, scale), scale
    return average_whole(pixels, whole), 1 / whole


def measure_sharpness(gray: Pixels, ink: Pixels) -> float:
    """Return how steep the edges of the ink are, as the share of the contrast that is crossed in a pixel; about 0 to 1."""
    edges = np.flatnonzero(cv2.morphologyEx(ink, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)))
    if len(edges) < 50:
        return 0.0
    edges = edges[:: max(1, len(edges) // MAX_EDGES)]
    across, down = (
        np.take(cv2.Sobel(gray, cv2.CV_16S, *order, ksize=3), edges).astype(np.float32) / 8 for order in ((1, 0), (0, 1))
    )
    window = np.ones((7, 7), np.uint8)
    span = cv2.subtract(cv2.dilate(gray, window), cv2.erode(gray, window))
    # The steepest half of the edge pixels: the others lie beside the edge or in corners.
    ratios = 2 * np.hypot(across, down) / np.maximum(np.take(span, edges), 16)
    return float(np.quantile(ratios, 0.75))


def measure_contrast(gray: Pixels, ink: Pixels) -> float:
    """Return by how much the ink is darker than the paper, 0 to 1; 0 where there is no ink."""
    if not ink.any():
        return 0.0
    core = as_pixels(cv2.erode(ink, np.ones((2, 2), np.uint8)))
    dark = measure_quantile(gray, 0.5, core if core.any() else ink)
    return max(0.0, (measure_quantile(gray, 0.9) - dark) / 255)


def has_colour(thumbnail: Pixels) -> bool:
    """Say whether a page was scanned in colour, whatever is on it, by its thumbnail (``make_thumbnail``)."""
    if thumbnail.ndim == 2:
        return False
    b, g, r = cv2.split(thumbnail)
    chroma = as_pixels(cv2.subtract(cv2.max(cv2.max(b, g), r), cv2.min(cv2.min(b, g), r)))
    strong = cv2.threshold(chroma, STRONG_CHROMA, WHITE, cv2.THRESH_BINARY)[1]
    return cv2.mean(chroma)[0] >= MIN_MEAN_CHROMA or cv2.countNonZero(strong) / strong.size >= MIN_STRONG_SHARE


def is_cut_off(letters: np.ndarray, gray: Pixels) -> bool:
    """Say whether lines of text run into an edge of the page, so that part of them is missing.

    ``letters`` are boxes (left, top, width, height) on the thumbnail ``gray``.
    """
    height, width = gray.shape
    paper = measure_quantile(gray, 0.8)
    margin = max(2, round(BORDER_INCH * THUMBNAIL_DPI))
    left, top = letters[:, 0], letters[:, 1]
    right, bottom = left + letters[:, 2], top + letters[:, 3]
    lines = max(1, _count_lines(top, bottom))
    for touches, strip in (
        (left <= margin - 2, gray[:, : margin * 2]),
        (right >= width - margin + 2, gray[:, -margin * 2 :]),
    ):
        count = _count_lines(top[touches], bottom[touches])
        if count >= MIN_CUT_LINES and count >= MIN_CUT_LINES_SHARE * lines and _is_paper(strip, paper):
            return True
    for touches, strip in ((top <= 0, gray[: margin * 2]), (bottom >= height, gray[-margin * 2 :])):
        if touches.sum() >= MIN_CUT_LETTERS and _is_paper(strip, paper):
            return True
    return False


def _is_paper(strip: Pixels, paper: float) -> bool:
    return float(np.median(strip)) >= MIN_BORDER_BRIGHTNESS * paper


def _find_letters(ink: Pixels) -> np.ndarray:
    """Return the boxes (left, top, width, height) of letter-sized shapes."""
    stats = find_shapes(ink).stats
    boxes = stats[1:, :4]
    width, height, area = boxes[:, 2], boxes[:, 3], stats[1:, cv2.CC_STAT_AREA]
    keep = (height >= MIN_LETTER_PX) & (height <= MAX_LETTER_PX) & (width <= 3 * MAX_LETTER_PX) & (width >= 2)
    return np.asarray(boxes[keep & (area >= MIN_LETTER_PX)])


def _measure_letter_height(letters: np.ndarray, scale: float) -> float | None:
    return float(np.median(letters[:, 3])) / scale if len(letters) >= MIN_LETTERS_FOR_HEIGHT else None


def _count_lines(tops: np.ndarray, bottoms: np.ndarray) -> int:
    """Count groups of boxes that do not overlap vertically with those above them."""
    order = np.argsort(tops)
    lines, reach = 0, -1.0
    for top, bottom in zip(tops[order], bottoms[order], strict=True):
        middle = (float(top) + float(bottom)) / 2
        if middle > reach:
            lines, reach = lines + 1, float(bottom)
    return lines
