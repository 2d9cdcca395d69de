"""The seeded chance that varies pictures."""

from __future__ import annotations

from random import Random


class Dice(Random):
    """A repeatable source of variety for pictures and invented names; never for secrets."""
