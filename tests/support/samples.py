"""The committed sample dossiers and what is true of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tests.support.sohoa_command import SAMPLES

# A type of which a sample is printed clearly enough to be archived without a person.
CLEAR_TYPE = "thong_bao"

TRUTH = SAMPLES.parent / "ground_truth"


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample file that holds a document of a wanted type; ``fields`` is what is printed on that document."""

    path: Path
    dossier_number: str
    expected_outcome: str
    fields: dict[str, str]


def find_sample(type_id: str) -> Sample:
    """Return the first sample file of a dossier that holds a document of a type. Raises ``LookupError`` when none does."""
    for truth_path in sorted(TRUTH.rglob("*.json")):
        truth = json.loads(truth_path.read_text(encoding="utf-8"))
        for document in truth["documents"]:
            if document["type"] == type_id and truth["dossier_number"]:
                path = SAMPLES / truth["path"]
                return Sample(path, truth["dossier_number"], truth["expected_outcome"], document["fields"])
    raise LookupError(f"no sample of type {type_id}")
