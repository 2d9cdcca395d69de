"""Ruled tables of a page, as rows and cells with their text."""

from ocr.tables.find import find_tables

__all__ = ["find_tables"]
