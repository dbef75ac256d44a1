"""Decides where the words of all lists occur in a text: one Aho-Corasick pass, whatever the number of terms."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from compliance.understanding.normal import STOP, NormalText, fold

MOST_SPELLINGS = 1_000
LONGEST_TERM = 60
# Permitted wording and exceptions are whole sentences: list marks and commas inside them are their own.
SPREADING = ("permitted:", "except:")


class Hit(NamedTuple):
    """A term found at letters start..end."""

    start: int
    end: int


def spellings(term: str) -> list[str]:
    """Every spelling of ``(a|b)c``; a term without brackets is itself."""
    parts: list[list[str]] = []
    rest = term
    while "(" in rest:
        head, _, tail = rest.partition("(")
        choice, closed, rest = tail.partition(")")
        if not closed:
            raise ValueError(f"bracket left open in {term}")
        parts.extend([[head], choice.split("|")])
    parts.append([rest])
    words = ["".join(choice) for choice in itertools.islice(itertools.product(*parts), MOST_SPELLINGS + 1)]
    if len(words) > MOST_SPELLINGS:
        raise ValueError(f"more than {MOST_SPELLINGS} spellings in {term}")
    return words


class WordIndex:
    """Named word lists compiled into one automaton."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        import ahocorasick

        self._names = list(lists)
        self._spreading = {number for number, name in enumerate(self._names) if name.startswith(SPREADING)}
        members: dict[str, set[int]] = {}
        for number, name in enumerate(self._names):
            for term in lists[name]:
                for word in spellings(term):
                    if letters := fold(word):
                        members.setdefault(letters, set()).add(number)
        self._automaton: Any = ahocorasick.Automaton()
        for letters, numbers in members.items():
            self._automaton.add_word(letters, (len(letters), tuple(sorted(numbers)), _latin_edges(letters)))
        self.size = len(members)
        if members:
            self._automaton.make_automaton()

    def sweep(self, text: NormalText) -> int:
        """How many terms one bare pass of the automaton meets: the yardstick of the speed bench."""
        return sum(1 for _ in self._automaton.iter(text.letters))

    def find(self, text: NormalText) -> dict[str, list[Hit]]:
        """The hits of every list that has any, in the order of the text."""
        if not self.size:
            return {}
        found: dict[int, list[Hit]] = {}
        breaks = text.breaks
        for last, (length, numbers, latin) in self._automaton.iter(text.letters):
            end = last + 1
            start = end - length
            if latin and _inside_latin_word(text, start, end):
                continue
            whole = length == 1 or not any(breaks[start + 1 : end]) or text.belongs_together(start, end)
            if not whole and text.strongest_break(start, end) >= STOP:
                continue
            hit = Hit(start, end)
            for number in numbers:
                if whole or number in self._spreading:
                    if number in found:
                        found[number].append(hit)
                    else:
                        found[number] = [hit]
        for hits in found.values():
            if len(hits) > 1:
                hits.sort()
        return {self._names[number]: hits for number, hits in found.items()}


def _latin_edges(letters: str) -> bool:
    return letters[0].isascii() or letters[-1].isascii()


def _is_latin(text: NormalText, index: int) -> bool:
    char = text.letters[index]
    return char.isascii() and char.isalpha()


def _inside_latin_word(text: NormalText, start: int, end: int) -> bool:
    if start > 0 and not text.breaks[start] and _is_latin(text, start) and _is_latin(text, start - 1):
        return True
    return end < len(text.letters) and not text.breaks[end] and _is_latin(text, end - 1) and _is_latin(text, end)


def covers(hits: Sequence[Hit], start: int, end: int) -> bool:
    """True when one hit covers letters start..end; ``hits`` are sorted."""
    if not hits:
        return False
    low = bisect_left(hits, (start - LONGEST_TERM, 0))
    high = bisect_left(hits, (start + 1, 0), low)
    return any(hit.end >= end for hit in hits[low:high])
