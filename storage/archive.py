"""The archive: the documents made of the files that were handed in, beside those (``storage.originals``).

A document's PDF and words are written first and its metadata last: **a document exists once its metadata does**. Whatever
interrupts a store is made good by a second try, which finds what the first one wrote. Nothing is ever overwritten:
buckets keep the older versions, and nothing is written again that already stands there intact.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256 as new_sha256
from pathlib import Path

from dossiers.errors import IntegrityError, NotFoundError
from dossiers.manifest import EntryKind
from dossiers.model import Actor, DescribedDocument, DocumentRole, Outcome, ScannedFile, SignedPdf
from dossiers.page import RecognizedPage
from storage import keys
from storage.keeping import Bucket
from storage.legal_metadata import LegalTerms
from storage.manifests import ManifestWriter, digests_of
from storage.metadata import (
    DocumentMetadata,
    PdfRecord,
    Recipe,
    describe_document,
    object_metadata,
    parse_metadata,
)
from storage.object_store import ObjectStore, StoredObject, StoreProperties, to_lock_time
from storage.originals import OnDamage, Originals, tell_damage
from storage.records import ActorRecord, HistoryEvent
from storage.recovery import adopt_unfinished, is_intact, lock_until
from storage.words import dump_words, parse_words


class Archive(Originals):
    """The two buckets, ``originals`` and ``documents``. Every method raises the storage errors of ``dossiers.errors``."""

    def __init__(
        self, originals: ObjectStore, documents: ObjectStore, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        super().__init__(originals, ManifestWriter(documents, now))
        self.documents = documents
        self._now = now

    def ensure_buckets(self) -> tuple[StoreProperties, StoreProperties]:
        """Create the buckets where they are absent; return the properties of that for originals and that for documents."""
        return self.originals.ensure_bucket(), self.documents.ensure_bucket()

    def check(self) -> None:
        """Prove that both buckets answer. Raises what keeps them from it."""
        self.originals.check()
        self.documents.check()

    def store_document(
        self,
        scan: ScannedFile,
        described: DescribedDocument,
        signed: SignedPdf,
        *,
        recipe: Recipe,
        actor: Actor,
        role: DocumentRole = DocumentRole.COMPONENT,
        terms: LegalTerms | None = None,
        retain_until: datetime | None = None,
        words_json: bytes | None = None,
    ) -> DocumentMetadata:
        """Store a document's PDF, words and metadata, each read back, and return its record as it stands there then.

        A document that already stands there intact, made by the same recipe, is returned and nothing is written, except
        that one which waited for review and needs it no more, or whose signatures were judged anew, gets new metadata. A
        document that waits for review is not locked, whatever ``retain_until`` says: the lock comes with acceptance. None
        that is accepted becomes unaccepted.

        Raises ``IntegrityError`` when the PDF's bytes are not those of its digest.
        """
        document = described.document
        document_id = keys.make_document_id(document.scan_sha256, document.first_page, document.last_page)
        until = None if described.needs_review else to_lock_time(retain_until)
        # One listing says what stands there: of a paper that is new, as nearly all are, nothing that must be asked for.
        standing = [item.key for item in self.documents.list(keys.document_prefix(described.dossier_number, document_id))]
        is_known = keys.metadata_key(described.dossier_number, document_id) in standing
        known = self._find_readable(described.dossier_number, document_id) if is_known else None
        is_whole = known is not None and known.recipe == recipe and self.is_document_intact(known)
        is_waiting = known is not None and known.outcome is Outcome.NEEDS_REVIEW
        is_accepted_now = is_waiting and not described.needs_review
        is_judged_anew = known is not None and is_waiting and _is_judged_anew(known, described)
        if known is not None and is_whole and not is_accepted_now and not is_judged_anew:
            self._lock_document(known, until)
            self._supersede_unfiled(known, actor)
            return known
        words = words_json if words_json is not None else dump_words(document.pages, document.scan_sha256, recipe.engine)
        record = describe_document(
            scan,
            described,
            signed,
            new_sha256(words).hexdigest(),
            role=role,
            recipe=recipe,
            actor=actor,
            archived_at=self._now(),
            history=self._next_history(known, described, actor, recipe),
            terms=terms or LegalTerms(),
        )
        if known is not None and is_whole:
            record = record.model_copy(update={"pdf": known.pdf, "words": known.words})
        elif known is None:
            record = adopt_unfinished(self.documents, record, standing)
        record = self._write_document(record, signed.path, words, until, standing)
        self._supersede_unfiled(record, actor)
        return record

    def find_document(self, dossier_number: str | None, document_id: str) -> DocumentMetadata | None:
        """Return a document's metadata, or None. Raises ``IntegrityError`` when it is damaged."""
        return self._read_metadata(keys.metadata_key(dossier_number, document_id))

    def iter_documents(self, on_damage: OnDamage | None = None) -> Iterator[DocumentMetadata]:
        """Yield the metadata of all documents, each once; records that another took the place of are left out.

        Damaged ones are raised, or told to ``on_damage`` and passed over.
        """
        for key in (found.key for found in self.documents.list() if keys.is_metadata_key(found.key)):
            try:
                record = self._read_metadata(key)
            except IntegrityError as error:
                tell_damage(error, on_damage)
            else:
                if record is not None and record.superseded_by is None:
                    yield record

    def list_document_ids(self) -> Iterator[str]:
        """Yield the id of every document, from the names of the records alone; one of two dossiers comes twice."""
        for key in (found.key for found in self.documents.list() if keys.is_metadata_key(found.key)):
            yield key.split("/")[1]

    def read_words(self, record: DocumentMetadata) -> tuple[RecognizedPage, ...]:
        """Return a document's pages with their words. Raises ``NotFoundError``, or ``IntegrityError`` when they changed."""
        data = self.documents.get(record.words.key)
        if new_sha256(data).hexdigest() != record.words.sha256:
            raise IntegrityError(what=record.words.key, detail="its digest is not the one in the metadata")
        return parse_words(data, record.words.key)

    def read_pdf(self, record: DocumentMetadata, to_path: Path) -> StoredObject:
        """Write a document's PDF to a path. Raises ``NotFoundError``, or ``IntegrityError`` when it changed."""
        stored = self.documents.download(record.pdf.key, to_path)
        if stored.sha256 not in (None, record.pdf.sha256):
            to_path.unlink(missing_ok=True)
            raise IntegrityError(what=record.pdf.key, detail="its digest is not the one in the metadata")
        return stored

    def read_bytes(self, key: str) -> bytes:
        """Return an object of the archive bucket as it stands. Raises ``NotFoundError``, or ``IntegrityError``."""
        return self.documents.get(key)

    def stat_document(self, record: DocumentMetadata) -> tuple[StoredObject, ...]:
        """Return what the store tells of a document's PDF, words and metadata, their locks included."""
        found = (self.documents.stat(key) for key in (record.pdf.key, record.words.key, record.metadata_key))
        return tuple(stored for stored in found if stored is not None)

    def is_document_intact(self, record: DocumentMetadata) -> bool:
        """Read a document's PDF and words through and return whether both are the bytes that its metadata names."""
        return all(is_intact(self.documents, part.key, part.sha256) for part in (record.pdf, record.words))

    def renew_pdf(self, record: DocumentMetadata, pdf_path: Path, pdf: PdfRecord, actor: Actor, what: str) -> DocumentMetadata:
        """Store a longer form of a document's PDF beside the one it had, and let its metadata name it.

        The older PDF stays where it is, as locked as it was; the new one and the new metadata are locked as long. ``pdf`` bears
        the key that ``storage.keys.pdf_key`` gives; ``what`` becomes the event in the history, with the older digest.
        """
        stored = self.documents.stat(record.pdf.key)
        until = stored.retain_until if stored is not None else None
        event = HistoryEvent(at=self._now(), actor=ActorRecord.of(actor), what=what, detail=record.pdf.sha256)
        renewed = record.model_copy(update={"pdf": pdf, "history": (*record.history, event)})
        put: list[StoredObject] = []
        if not is_intact(self.documents, pdf.key, pdf.sha256):
            metadata = object_metadata(renewed)
            put.append(self.documents.put(pdf.key, pdf_path, "application/pdf", metadata, until, sha256=pdf.sha256))
        elif until is not None:
            lock_until(self.documents, pdf.key, until)
        self._put_metadata(renewed, until, put)
        return renewed

    def list_other_pdfs(self, record: DocumentMetadata) -> Iterator[StoredObject]:
        """Yield the PDFs of a document that its metadata does not name: older ones, and what an interruption left."""
        for found in self.documents.list(keys.document_prefix(record.dossier_number, record.document_id)):
            if found.key.endswith(".pdf") and found.key != record.pdf.key:
                yield found

    def read_other_pdf(self, key: str, to_path: Path) -> StoredObject:
        """Write one of those to a path. Raises ``NotFoundError``, or ``IntegrityError`` when it is not what was stored."""
        return self.documents.download(key, to_path)

    def supersede(self, record: DocumentMetadata, successor_key: str, actor: Actor) -> None:
        """Write into a document's metadata that another record took its place; what it was stays as an older version."""
        event = HistoryEvent(at=self._now(), actor=ActorRecord.of(actor), what="superseded", detail=successor_key)
        self._put_metadata(
            record.model_copy(update={"superseded_by": successor_key, "history": (*record.history, event)}), None
        )

    # --- within -----------------------------------------------------------------------------------------------------

    def _read_metadata(self, key: str) -> DocumentMetadata | None:
        try:
            return parse_metadata(self.documents.get(key), key)
        except NotFoundError:
            return None

    def _find_readable(self, dossier_number: str | None, document_id: str) -> DocumentMetadata | None:
        """Return a document's metadata; a damaged record counts as none, so that storing again makes it good."""
        try:
            return self.find_document(dossier_number, document_id)
        except IntegrityError:
            return None

    def _next_history(
        self, known: DocumentMetadata | None, described: DescribedDocument, actor: Actor, recipe: Recipe
    ) -> tuple[HistoryEvent, ...]:
        before = known.history if known else ()
        if known is None:
            what = "stored_for_review" if described.needs_review else "archived"
        elif known.recipe != recipe:
            what = "remade"
        elif known.outcome is Outcome.NEEDS_REVIEW and not described.needs_review:
            what = "accepted"
        elif _is_judged_anew(known, described):
            what = "signatures_checked"
        else:
            what = "repaired"
        detail = f"{recipe.engine}; {recipe.pipeline_version}"
        return (*before, HistoryEvent(at=self._now(), actor=ActorRecord.of(actor), what=what, detail=detail))

    def _write_document(
        self, record: DocumentMetadata, pdf_path: Path, words: bytes, until: datetime | None, standing: Collection[str]
    ) -> DocumentMetadata:
        """Store what does not stand there intact, the record last, and return that as it is read from its bytes."""
        metadata, pdf, text = object_metadata(record), record.pdf, record.words
        stored: list[StoredObject] = []
        if pdf.key not in standing or not is_intact(self.documents, pdf.key, pdf.sha256):
            stored.append(self.documents.put(pdf.key, pdf_path, "application/pdf", metadata, sha256=pdf.sha256))
        if text.key not in standing or not is_intact(self.documents, text.key, text.sha256):
            stored.append(self.documents.put(text.key, words, "application/json", metadata, sha256=text.sha256))
        # Locked only now that both are there, so that an interruption leaves nothing locked that no record names.
        if until is not None:
            lock_until(self.documents, pdf.key, until)
            lock_until(self.documents, text.key, until)
        return self._put_metadata(record, until, stored)

    def _put_metadata(
        self, record: DocumentMetadata, until: datetime | None, before: Sequence[StoredObject] = ()
    ) -> DocumentMetadata:
        """Store a record, write it into the manifest with what was stored ``before`` it, and return it as its bytes say."""
        data = record.to_json()
        stored = self.documents.put(record.metadata_key, data, "application/json", object_metadata(record), until)
        self.manifest.add(EntryKind.STORED, *digests_of(Bucket.ARCHIVE, (*before, stored)))
        return parse_metadata(data, record.metadata_key)

    def _lock_document(self, record: DocumentMetadata, until: datetime | None) -> None:
        if until is not None:
            for key in (record.pdf.key, record.words.key, record.metadata_key):
                lock_until(self.documents, key, until)

    def _supersede_unfiled(self, record: DocumentMetadata, actor: Actor) -> None:
        """Retire the record of the same document from before its dossier was known."""
        if record.dossier_number is None:
            return
        unfiled = self._find_readable(None, record.document_id)
        if unfiled is not None and unfiled.superseded_by is None:
            self.supersede(unfiled, record.metadata_key, actor)


def _is_judged_anew(known: DocumentMetadata, described: DescribedDocument) -> bool:
    """Say whether the verdict on a file that came in signed is another than its record holds, or was reached by other roots."""
    check = described.signature_check
    return check is not None and (known.signature_check is None or not known.signature_check.says_the_same(check))
