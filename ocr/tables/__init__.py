"""Tables of a page, ruled or not, as rows and cells with their text."""

from ocr.tables.find import find_tables
from ocr.tables.unruled import find_unruled_tables

__all__ = ["find_tables", "find_unruled_tables"]
