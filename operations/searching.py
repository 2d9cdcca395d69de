"""Search the archive."""

from __future__ import annotations

from typing import Any

from catalog import SearchHit, SearchResults
from dossiers.model import Actor
from dossiers.trail import Detail, TrailAction
from operations.trail import mask_query, record_event
from runtime.wiring import House


def search_archive(
    house: House, query: str, actor: Actor, *, limit: int = 20, offset: int = 0, purpose: str = ""
) -> SearchResults:
    """Return the documents that hold every word of ``query``, those spelt exactly so first. No query text raises.

    The words, personal ID numbers masked, and what was found are written into the trail.
    """
    found = house.catalog.search(query, limit=limit, offset=offset)
    shown = [hit.document_id for hit in found.hits]
    details: dict[str, Detail] = {"query": mask_query(query), "total": found.total, "offset": offset, "documents": shown}
    record_event(house, actor, TrailAction.SEARCH, "", details, purpose)
    return found


def hit_to_json(hit: SearchHit) -> dict[str, Any]:
    """Return the form of one hit of ``sohoa search --json``."""
    return {
        "document_id": hit.document_id,
        "dossier_number": hit.dossier_number,
        "type": hit.type_id,
        "type_name": hit.type_name,
        "number": hit.number,
        "issue_date": hit.date,
        "page": hit.page,
        "snippet": hit.snippet,
        "highlights": [list(span) for span in hit.highlights],
        "exact": hit.exact,
        "state": hit.state.value,
        "object_key": hit.pdf_key,
    }
