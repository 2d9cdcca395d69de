"""Numbers and days written by hand or stamped into the header of a page."""
