"""Decides where one sentence ends for the classifier: no stretch reaches over it, so that none is judged by another."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise

import regex

from compliance.understanding.normal import NormalText

MARK = "。"
# An ellipsis is no end: adding one must change nothing.
_ENDS = regex.compile(r"[。！？!?\n]+")


def sentences(text: NormalText) -> list[tuple[int, int]]:
    """The letters start..end of every sentence that has any."""
    cuts = [bisect_left(text.starts, mark.start()) for mark in _ENDS.finditer(text.original)]
    edges = [0, *cuts, len(text.letters)]
    return [(low, high) for low, high in pairwise(edges) if low < high]


def marked(text: NormalText) -> str:
    """The letters with one mark between sentences, as the classifier learns from them."""
    return MARK.join(text.letters[low:high] for low, high in sentences(text))
