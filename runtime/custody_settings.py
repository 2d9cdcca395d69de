"""The settings of keeping: how long, who may destroy, how often everything is read again."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from dossiers.errors import InvalidCodeError
from dossiers.retention import RetentionRules, parse_term
from runtime.service_settings import Section


class ArchiveSettings(Section):
    """``retention_days`` locks an accepted document whose term is not known (governance mode); 0 locks nothing.

    ``page_images`` is how PDFs hold their pages: ``compact``, in layers where that reads the same, or as in the ``source``.
    """

    retention_days: int = Field(default=365, ge=0)
    page_images: Literal["compact", "source"] = "compact"
    maintenance: str = ""


class RetentionSettings(Section):
    """How long dossiers are kept: a code of TT 05/2025 ("01" permanent … "06" 10 years) or a number of years.

    ``procedures`` maps codes of procedures, in full or their first two parts, ``types`` ids of document types; ``default`` is
    for dossiers of which neither is known. A permanent lock reaches ``permanent_years`` ahead and is renewed at half of them.
    """

    default: str | int = ""
    procedures: dict[str, str | int] = Field(default_factory=dict)
    types: dict[str, str | int] = Field(default_factory=dict)
    permanent_years: int = Field(default=30, ge=2, le=90)

    @field_validator("default", "procedures", "types")
    @classmethod
    def _known(cls, value: str | int | dict[str, str | int]) -> str | int | dict[str, str | int]:
        try:
            for term in value.values() if isinstance(value, dict) else (value,):
                parse_term(term)
        except InvalidCodeError as error:
            raise ValueError(error.message_en) from error
        return value

    @property
    def has_rules(self) -> bool:
        """Whether any term is configured."""
        return bool(self.default or self.procedures or self.types)

    def rules(self) -> RetentionRules:
        """Return the rules in the domain's form."""
        return RetentionRules(
            default=parse_term(self.default),
            procedures={code: parse_term(term) for code, term in self.procedures.items()},
            types={type_id: parse_term(term) for type_id, term in self.types.items()},
            permanent_years=self.permanent_years,
        )


class DestructionSettings(Section):
    """A key of the S3 store that may delete, for ``sohoa destroy execute`` alone; and one for the mirror, where that is S3."""

    access_key: SecretStr = SecretStr("")
    secret_key: SecretStr = SecretStr("")
    mirror_access_key: SecretStr = SecretStr("")
    mirror_secret_key: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _complete(self) -> DestructionSettings:
        for access, secret in (
            (self.access_key, self.secret_key),
            (self.mirror_access_key, self.mirror_secret_key),
        ):
            if bool(access.get_secret_value()) != bool(secret.get_secret_value()):
                raise ValueError("a key for destruction needs both its access key and its secret key")
        return self


class AuditSettings(Section):
    """``every_days``: how often ``sohoa keep`` reads everything again, 0 never. ``rate_mb_s``: how quickly, 0 unbounded."""

    every_days: int = Field(default=30, ge=0)
    rate_mb_s: float = Field(default=20.0, ge=0)
