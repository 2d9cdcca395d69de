"""Draws fictional Vietnamese dossiers as scanned, with ground truth. Start it as ``python -m samples.generator``."""
