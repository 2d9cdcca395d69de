"""The seeded chance that varies pictures, and picks the places that tests damage."""

from __future__ import annotations

from random import Random


class Dice(Random):
    """A repeatable source of variety for pictures, invented names and places to damage; never for secrets."""
