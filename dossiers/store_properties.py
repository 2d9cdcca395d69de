"""What a store must do for an archive, with a verdict on each: pure.

The terms are those of Amazon S3 (versioning, object lock in GOVERNANCE mode, legal hold).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class StoreProperty(StrEnum):
    """What is proved of a bucket, in the order in which it is proved."""

    REACHABLE = "reachable"
    CLOCK = "clock"
    VERSIONING = "versioning"
    OBJECT_LOCK = "object_lock"
    READ_BACK = "read_back"
    LETTERS = "letters"
    LISTING = "listing"
    OVERWRITE_KEEPS = "overwrite_keeps"
    DELETE_HIDES = "delete_hides"
    LOCKED_DELETE_REFUSED = "locked_delete_refused"
    LOCKED_OVERWRITE_KEEPS = "locked_overwrite_keeps"
    SHORTENING_REFUSED = "shortening_refused"
    HOLD_BLOCKS = "hold_blocks"
    BYPASS_REFUSED = "bypass_refused"


class Verdict(StrEnum):
    """Whether a property holds; ``UNKNOWN`` when it could not be tried."""

    HOLDS = "holds"
    FAILS = "does_not_hold"
    UNKNOWN = "unknown"


NAMES_VI: Mapping[StoreProperty, str] = {
    StoreProperty.REACHABLE: "kết nối được",
    StoreProperty.CLOCK: "đồng hồ khớp",
    StoreProperty.VERSIONING: "giữ các phiên bản",
    StoreProperty.OBJECT_LOCK: "bật khóa đối tượng",
    StoreProperty.READ_BACK: "đọc lại đúng",
    StoreProperty.LETTERS: "siêu dữ liệu tiếng Việt",
    StoreProperty.LISTING: "liệt kê đúng",
    StoreProperty.OVERWRITE_KEEPS: "ghi đè vẫn giữ bản cũ",
    StoreProperty.DELETE_HIDES: "xóa không nêu phiên bản chỉ ẩn đi",
    StoreProperty.LOCKED_DELETE_REFUSED: "từ chối xóa bản bị khóa",
    StoreProperty.LOCKED_OVERWRITE_KEEPS: "ghi đè không đổi bản bị khóa",
    StoreProperty.SHORTENING_REFUSED: "từ chối rút ngắn khóa",
    StoreProperty.HOLD_BLOCKS: "lệnh giữ ngăn việc xóa",
    StoreProperty.BYPASS_REFUSED: "khóa truy cập không vượt được khóa lưu trữ",
}

_ADVICE: Mapping[StoreProperty, str] = {
    StoreProperty.REACHABLE: "start the server, and check store.s3.endpoint, secure, ca_file and the key",
    StoreProperty.CLOCK: "let the server and this machine follow one time server (NTP); locks end by the server's clock",
    StoreProperty.VERSIONING: "turn versioning on for the bucket, or let Sohoa make a new one",
    StoreProperty.OBJECT_LOCK: "object lock is chosen when a bucket is made: make a new one with it and copy the archive over",
    StoreProperty.READ_BACK: "do not use this server: what it gives is not what it was given",
    StoreProperty.LETTERS: "put nothing between Sohoa and the server that changes headers",
    StoreProperty.LISTING: "use a server with strongly consistent listings, as Amazon S3 has them",
    StoreProperty.OVERWRITE_KEEPS: "turn versioning on; until then a key that is written again loses what it held",
    StoreProperty.DELETE_HIDES: "turn versioning on, and take s3:DeleteObject from the service's key",
    StoreProperty.LOCKED_DELETE_REFUSED: "use a server that enforces object lock (docs/custody.md names some)",
    StoreProperty.LOCKED_OVERWRITE_KEEPS: "use a server that enforces object lock (docs/custody.md names some)",
    StoreProperty.SHORTENING_REFUSED: "use a server that enforces object lock, and a key without s3:BypassGovernanceRetention",
    StoreProperty.HOLD_BLOCKS: "use a server with legal holds; the key needs s3:PutObjectLegalHold and s3:GetObjectLegalHold",
    StoreProperty.BYPASS_REFUSED: "this key may bypass locks, as root keys can: give Sohoa a key without"
    " s3:BypassGovernanceRetention and s3:DeleteObject (docs/configuration.md, The buckets)",
}

LOCKING = (
    StoreProperty.REACHABLE,
    StoreProperty.VERSIONING,
    StoreProperty.OBJECT_LOCK,
    StoreProperty.OVERWRITE_KEEPS,
    StoreProperty.LOCKED_DELETE_REFUSED,
    StoreProperty.LOCKED_OVERWRITE_KEEPS,
    StoreProperty.SHORTENING_REFUSED,
)
"""Without these a store does not lock."""


@dataclass(frozen=True, slots=True)
class CheckedProperty:
    """One property of one bucket: the verdict, and what was seen, in English."""

    bucket: str
    name: StoreProperty
    verdict: Verdict
    seen: str

    @property
    def advice(self) -> str:
        """What to do; empty when the property holds."""
        return "" if self.verdict is Verdict.HOLDS else _ADVICE[self.name]


@dataclass(frozen=True, slots=True)
class StoreReport:
    """All that was proved of a store's buckets."""

    checked: tuple[CheckedProperty, ...]

    @property
    def locks(self) -> bool:
        """Whether every bucket was shown to version, to lock and to refuse deletion."""
        return bool(self.checked) and all(one.verdict is Verdict.HOLDS for one in self.checked if one.name in LOCKING)

    @property
    def conforms(self) -> bool:
        """Whether every property of every bucket holds."""
        return bool(self.checked) and all(one.verdict is Verdict.HOLDS for one in self.checked)

    @property
    def may_bypass(self) -> bool:
        """Whether our own key was seen to get around a lock."""
        return any(one.name is StoreProperty.BYPASS_REFUSED and one.verdict is Verdict.FAILS for one in self.checked)

    def describe(self) -> str:
        """Return one line in English: whether the store locks, and what does not hold."""
        wrong = [
            f"{one.bucket}: {one.name.value} {one.verdict.value}" for one in self.checked if one.verdict is not Verdict.HOLDS
        ]
        locks = "the store versions, locks and refuses deletion" if self.locks else "THE STORE DOES NOT LOCK"
        return "; ".join([locks, *wrong])
