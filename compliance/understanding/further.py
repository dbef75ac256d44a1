"""Decides which further readings of a text with markup are judged, so that tags neither hide words nor heal any.

As shown, a tag that ends a line ends the sentence: 降<br>血糖 is two, and 不具療效<br>降血糖 denies nothing. So the
text is read once more with lines run together, where only words across such a tag count, and once with tags left
standing, where only what they hold inside (the words of a picture, a comment) counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from compliance.understanding.markup import Span, decoded_references, seen_through
from compliance.understanding.normal import NormalText, letters_of
from compliance.understanding.respelling import respell

_LONGEST_CUT = 8  # letters: a longer find is no cut word but two lines that have nothing to do with each other


@dataclass(frozen=True, slots=True)
class Reading:
    """A text read another way; a find counts when it touches one of ``places`` and has at most ``longest`` letters."""

    text: NormalText
    places: tuple[Span, ...]
    longest: int | None = None

    def counts(self, start: int, end: int) -> bool:
        """Whether a find at letters start..end counts here."""
        if self.longest is not None and end - start > self.longest:
            return False
        low, high = self.text.span(start, end)
        return any(low < last and first < high for first, last in self.places)


def further_readings(text: str) -> Iterator[Reading]:
    """The readings of ``text`` beside the one that is shown; none for a text without markup."""
    shown = seen_through(text)
    if shown is None:
        return
    if shown.lines:
        run_together = respell(letters_of(text, seen_through(text, lines_end=False)))
        yield Reading(run_together, shown.lines, _LONGEST_CUT)
    if shown.insides:
        yield Reading(respell(letters_of(text, decoded_references(text))), shown.insides)
