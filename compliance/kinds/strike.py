"""Decides what a check kind hands back: where it struck, and which words carried the subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from compliance.understanding.normal import NormalText
from compliance.wordhits import Hit

MOST_STRIKES = 200


@dataclass(frozen=True, slots=True)
class Strike:
    """Letters start..end are the finding; ``core`` are the words that must not be part of permitted wording."""

    start: int
    end: int
    core: Hit


@dataclass(frozen=True, slots=True)
class Ad:
    """A text with all its hits by list name, and the facts stated of it."""

    text: NormalText
    hits: Mapping[str, Sequence[Hit]]
    facts: Mapping[str, Any] = field(default_factory=dict)

    def of(self, names: Sequence[str]) -> list[Hit]:
        """The hits of several lists in the order of the text."""
        if len(names) == 1:
            return list(self.hits.get(names[0], ()))
        return sorted({hit for name in names for hit in self.hits.get(name, ())})
