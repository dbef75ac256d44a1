"""Decides what a check kind hands back: where it struck, and which words carried the subject."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from compliance.understanding.normal import STOP, NormalText
from compliance.wordhits import Hit

MOST_STRIKES = 200
_OPENING = 20
_LONGEST_WORD = 12


class Strike(NamedTuple):
    """Letters start..end are the finding; ``core`` are the words that must not be part of permitted wording."""

    start: int
    end: int
    core: Hit


@dataclass(frozen=True)
class Ad:
    """A text with all its hits by list name, and the facts stated of it."""

    text: NormalText
    hits: Mapping[str, Sequence[Hit]]
    facts: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """The stretches of letters between full stops."""
        stops = [index for index, strength in enumerate(self.text.breaks) if strength >= STOP and index > 0]
        return list(zip([0, *stops], [*stops, len(self.text.letters)], strict=True))

    def of(self, names: Sequence[str]) -> list[Hit]:
        """The hits of several lists in the order of the text."""
        present = [self.hits[name] for name in names if name in self.hits]
        if len(present) == 1:
            return list(present[0])
        return sorted({hit for hits in present for hit in hits})

    def stretches(self, name: str, reach: int) -> Iterator[tuple[int, int]]:
        """The parts of sentences that lie within ``reach`` letters of a hit of ``name``, in order and apart."""
        hits = self.hits.get(name, ())
        at = 0
        for low, high in self.sentences:
            start = end = -1
            while at < len(hits) and hits[at].start < high:
                if hits[at].start - reach > end >= 0:
                    yield start, end
                    start = -1
                start = max(low, hits[at].start - reach) if start < 0 else start
                end = max(end, min(high, hits[at].end + reach))
                at += 1
            if start >= 0:
                yield start, end

    def is_all(self, name: str) -> bool:
        """True when every sentence holds a hit of ``name``."""
        hits = self.hits.get(name, ())
        return bool(hits) and all(
            bisect_left(hits, Hit(low, 0)) < bisect_left(hits, Hit(high, 0))
            for low, high in self.sentences
            if high > low
        )

    def opening(self) -> Hit | None:
        """The first letters of the ad, at most one sentence: where a finding on the whole ad lies."""
        low, high = next(((low, high) for low, high in self.sentences if high > low), (0, 0))
        return Hit(low, min(high, low + _OPENING)) if high > low else None


def near(hit: Hit, others: Sequence[Hit], reach: int) -> Iterator[Hit]:
    """The hits of ``others`` within ``reach`` letters of ``hit`` that do not lie on it, in the order of the text."""
    at = bisect_left(others, Hit(hit.start - reach - _LONGEST_WORD, 0))
    while at < len(others) and others[at].start <= hit.end + reach:
        other = others[at]
        if (other.end <= hit.start and hit.start - other.end <= reach) or other.start >= hit.end:
            yield other
        at += 1
