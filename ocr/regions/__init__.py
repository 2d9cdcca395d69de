"""What stands on a page that is no print: seals, stamps, signatures, handwriting, pictures.

Before reading: ``find_marks`` and ``lift_ink``; after reading: ``drop_region_words`` and ``settle_regions``.
"""

from ocr.regions.find import PageMarks, find_marks
from ocr.regions.lifting import lift_ink
from ocr.regions.words import drop_region_words, settle_regions

__all__ = ["PageMarks", "drop_region_words", "find_marks", "lift_ink", "settle_regions"]
