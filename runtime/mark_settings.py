"""The settings of the visible mark: which kind of copy it declares, in which words, and what its QR code opens."""

from __future__ import annotations

from pydantic import Field, model_validator

from dossiers.errors import ConfigurationError
from pdf.mark_text import MarkTemplate, check_link_template, check_template, load_mark_templates
from runtime.service_settings import Section


class MarkTemplateSettings(Section):
    """The words of a kind of copy: its ``form``, and the ``text`` with one printed line a line."""

    form: str = ""
    text: str


class MarkSettings(Section):
    """``kind`` names a template of ``templates``, or one that Sohoa brings: conversion, sao_y, sao_luc, trich_sao.

    ``verification_url`` is the address of a document's page, with {document_id} and, if wanted, {digest}; empty: no QR code.
    """

    kind: str = "conversion"
    templates: dict[str, MarkTemplateSettings] = Field(default_factory=dict)
    verification_url: str = ""

    @model_validator(mode="after")
    def _check(self) -> MarkSettings:
        known = sorted({*load_mark_templates(), *self.templates})
        if self.kind not in known:
            raise ValueError(f"signing.mark.kind must be one of {', '.join(known)}, not {self.kind!r}")
        try:
            for template in self.templates.values():
                check_template(template.text)
            if self.verification_url:
                check_link_template(self.verification_url)
        except ConfigurationError as error:
            raise ValueError(error.facts["detail"]) from error
        return self

    @property
    def template(self) -> MarkTemplate:
        """The template in force; the office's own goes before one of the same name that Sohoa brings."""
        own = self.templates.get(self.kind)
        return MarkTemplate(own.form, own.text) if own else load_mark_templates()[self.kind]
