"""Decides what is told of an ad beside its findings: permitted wording for each, and a draft of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.messages import Language, Message, render


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Permitted wording for each finding in order, a whole draft that screens clean or none, and what is said of it."""

    wordings: tuple[tuple[str, ...], ...]
    draft: str | None = None
    remark: Message | None = None

    def as_dict(self, language: Language = "zh-TW") -> dict[str, Any] | None:
        """The draft, JSON-ready; None for an ad that needs none."""
        return {"text": self.draft, "remark": render(self.remark, language)} if self.remark else None
