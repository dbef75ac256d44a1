"""Decides what is told of an ad beside its findings: permitted wording for each, and a draft of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.messages import Language, Message, render


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Permitted wording for each finding in order, a whole draft that screens clean or none, and what is said of it.

    ``draft`` is the ad's text and ``fields`` the values of its fields as they could read, by the name of the field.
    """

    wordings: tuple[tuple[str, ...], ...]
    draft: str | None = None
    remark: Message | None = None
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def as_dict(self, language: Language = "zh-TW") -> dict[str, Any] | None:
        """The draft, JSON-ready; None for an ad that needs none."""
        if self.remark is None:
            return None
        fields = {name: list(values) for name, values in self.fields.items()}
        return {"text": self.draft, "fields": fields, "remark": render(self.remark, language)}
