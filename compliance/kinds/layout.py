"""Decides that the text is set in a way platforms refuse: repeated marks, spaced letters, decorations."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from compliance.kinds.pattern import SECONDS_AT_MOST, compile_raw
from compliance.kinds.strike import MOST_STRIKES, Ad, Strike
from compliance.rule_schema import FormatRule
from compliance.wordhits import Hit


def strikes(rule: FormatRule, ad: Ad) -> Iterator[Strike]:
    """Every match over the text as it was given, widened to the letters it touches or the one before it."""
    text = ad.text
    if not text.letters or not any(mark in text.original for mark in rule.marks):
        return
    matches = compile_raw(rule.code, rule.patterns).finditer(text.original, timeout=SECONDS_AT_MOST)
    for count, match in enumerate(matches):
        if count >= MOST_STRIKES:
            return
        low = max(0, bisect_right(text.starts, match.start()) - 1)
        high = max(low + 1, bisect_left(text.starts, match.end()))
        yield Strike(low, high, Hit(low, high))
