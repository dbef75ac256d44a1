"""Decides the plain form of a text in which terms are looked for, with a map back to the text as it was given.

What stands between letters is not deleted but remembered as a break in front of the next letter, so that 減.肥 reads
減肥 and a match may still be refused for crossing a full stop.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import compress

from compliance.understanding.characters import COMMA, LIST, NOISE, SPACE, STOP, readings
from compliance.understanding.markup import Shown, seen_through

__all__ = ["COMMA", "LIST", "NOISE", "SPACE", "STOP", "NormalText", "fold", "letters_of", "read"]


@dataclass(frozen=True, slots=True)
class NormalText:
    """``letters`` of a text; letter i is ``original[starts[i]:ends[i]]`` and stands behind a break ``breaks[i]``."""

    original: str
    letters: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    breaks: tuple[int, ...]
    _cuts: dict[int, list[int]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where letters start..end stand in the original text."""
        return self.starts[start], self.ends[end - 1]

    def strongest_break(self, start: int, end: int) -> int:
        """The strongest break inside letters start..end (the one before ``start`` does not count)."""
        return max(self.breaks[start + 1 : end], default=0)

    def clause(self, start: int, end: int, strength: int, reach: int) -> tuple[int, int]:
        """The letters around start..end up to a break of ``strength``, at most ``reach`` letters away."""
        cuts = self._cuts.get(strength)
        if cuts is None:
            cuts = self._cuts[strength] = [at for at, found in enumerate(self.breaks) if found >= strength]
        before, after = bisect_right(cuts, start), bisect_left(cuts, end)
        low = max(0, start - reach, cuts[before - 1] if before else 0)
        high = min(len(self.letters), end + reach, cuts[after] if after < len(cuts) else len(self.letters))
        return low, high

    def belongs_together(self, start: int, end: int) -> bool:
        """True when the letters are one word: unbroken, or broken the way people break a word to pass a filter."""
        strongest = self.strongest_break(start, end)
        if strongest in (0, NOISE):
            return True
        if strongest == SPACE:
            return end - start >= 3 or self._starts_piece(start) or self._ends_piece(end)
        alone = all(self.breaks[i] > 0 for i in range(start + 1, end))
        return alone and self._starts_piece(start) and self._ends_piece(end)

    def _starts_piece(self, start: int) -> bool:
        return start == 0 or self.breaks[start] > 0

    def _ends_piece(self, end: int) -> bool:
        return end == len(self.letters) or self.breaks[end] > 0


def fold(term: str) -> str:
    """The letters of a term, as ``read`` would write them."""
    return read(term).letters


def read(text: str) -> NormalText:
    """The plain form of ``text``, its markup seen through, before respellings are considered; linear in its length."""
    return letters_of(text, seen_through(text))


def letters_of(text: str, shown: Shown | None) -> NormalText:
    """The plain form of what is shown of ``text``; None: all of it."""
    characters = shown.text if shown else text
    if not characters:
        return NormalText(text, "", (), (), ())
    pieces, strengths = zip(*map(readings().__getitem__, characters), strict=True)
    starts = list(compress(range(len(characters)), pieces))
    letters = "".join(pieces)
    if len(letters) > len(starts):  # a character such as ㎏ is two letters
        starts = [position for position in starts for _ in pieces[position]]
    breaks = [0] * (len(starts) + 1)
    for position in compress(range(len(characters)), strengths):
        following = bisect_left(starts, position)
        breaks[following] = max(breaks[following], strengths[position])
    kept = tuple(breaks[: len(starts)])
    if shown:
        where = tuple([shown.starts[i] for i in starts]), tuple([shown.ends[i] for i in starts])
        return NormalText(text, letters, *where, kept)
    return NormalText(text, letters, tuple(starts), tuple([start + 1 for start in starts]), kept)
