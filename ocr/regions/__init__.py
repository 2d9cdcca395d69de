"""What stands on a page that is no print: seals, stamps, signatures, handwriting, pictures.

Before reading: ``find_marks`` and ``lift_ink``; after reading: ``drop_region_words``,
``part_digital_signatures``, ``settle_regions`` and ``add_barcodes``.
"""

from ocr.regions.digital_signatures import part_digital_signatures
from ocr.regions.find import PageMarks, add_barcodes, find_marks
from ocr.regions.lifting import lift_ink
from ocr.regions.words import drop_region_words, settle_regions

__all__ = [
    "PageMarks",
    "add_barcodes",
    "drop_region_words",
    "find_marks",
    "lift_ink",
    "part_digital_signatures",
    "settle_regions",
]
