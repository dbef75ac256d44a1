"""Decides where a text is written in a way editorial policies refuse: marks, decoration, spacing, capitals, emoji."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import regex

from compliance.specs.counting import EMOJI
from compliance.specs.schema import Trick

MOST = 20  # finds of one trick in one text that are told; more say nothing new
_TRICKS: dict[str, regex.Pattern[str]] = {
    "repeated_marks": regex.compile(
        r"[!！?？]{2,}+|[。，、；：,;:]{2,}+|[~～]{2,}+|(?<![.…])\.{4,}+|…{3,}+|[$＄%％&＆]{2,}+"
    ),
    "decoration": regex.compile(
        r"[★☆♥♡❤✨✦✧◆◇■□●○◎▲△▼▽►◄→←↑↓⇒✓✔✗✘※♪♫]{2,}+|^[★☆♥♡❤✦✧◆◇■●▲▼►◄♪♫✓✔]|[★☆♥♡❤✦✧◆◇■●▲▼►◄♪♫✓✔]$"
        r"|(?<![*＊\w])[*＊]{1,3}+[^\s*＊]{1,30}+[*＊]{1,3}+"
    ),
    "spaced_letters": regex.compile(
        r"(?<![A-Za-z.])(?:[A-Za-z] ){3,40}+[A-Za-z](?![A-Za-z])|(?<![A-Za-z.])(?:[A-Za-z]\.){4,40}+"
        r"|(?<![\u4e00-\u9fff\w])(?:[\u4e00-\u9fff][ .·・_-]){3,40}+[\u4e00-\u9fff](?![\u4e00-\u9fff])"
    ),
    "odd_capitals": regex.compile(
        r"\b(?:[a-z]{1,2}[A-Z]{1,2}){2,8}[a-z]?\b|\b(?:[A-Z][a-z]){3,8}[A-Z]\b|\b[A-Z]{10,}+\b"
    ),
    "replaced_letters": regex.compile(r"(?<![\w@.])[A-Za-z]{1,9}[1@0$!][a-z]{2,10}(?![\w.@])"),
    "emoji": EMOJI,
    "call": regex.compile(
        r"click here|tap here|(?:[請快]?(?:按|點|點擊|點選|按下)(?:這裡|這邊|此處|此|我)(?![\u4e00-\u9fff]))",
        regex.IGNORECASE,
    ),
}


def finds(trick: Trick, text: str) -> Iterator[tuple[int, int]]:
    """Where the trick is played in ``text``, the first ``MOST`` times; every pattern takes one pass."""
    for match in islice(_TRICKS[trick].finditer(text), MOST):
        yield match.span()
