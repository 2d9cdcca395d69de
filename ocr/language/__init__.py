"""After-care of readings: two readings combined, diacritics mended by a model of office Vietnamese. Pure, no pictures."""
