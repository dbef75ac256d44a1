"""Decides whether words are claimed of the product, or denied, quoted with disapproval, asked about or warned of.

A disclaimer elsewhere in the ad heals nothing: only what stands beside the words counts, within a bounded reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import regex

from compliance.understanding.characters import readings
from compliance.understanding.normal import COMMA, LIST, STOP, NormalText
from engine.packs import load_yaml, package_path

_CLAUSE_REACH = 16
_SENTENCE_REACH = 32
_LIST_REACH = 24


class Modality(StrEnum):
    """How the ad holds the words."""

    CLAIMS = "claims"
    DENIES = "denies"
    QUOTES = "quotes"
    ASKS = "asks"
    WARNS = "warns"


@dataclass(frozen=True, slots=True)
class _Frames:
    before: dict[Modality, regex.Pattern[str]]
    after: dict[Modality, regex.Pattern[str]]
    listed: regex.Pattern[str]
    never_warns: regex.Pattern[str]
    someone: regex.Pattern[str]
    hints: regex.Pattern[str]
    warning_hints: regex.Pattern[str]


def fold_pattern(pattern: str) -> str:
    """A pattern over folded letters: its Chinese characters folded, its syntax left alone."""
    table = readings()
    return "".join(table[c][0] if "\u3400" <= c <= "\u9fff" else c for c in pattern)


@cache
def _frames() -> _Frames:
    data = load_yaml(package_path("compliance") / "understanding" / "modality.yaml")
    parts = {name: fold_pattern(text) for name, text in data["parts"].items()}

    def compile_all(patterns: list[str]) -> regex.Pattern[str]:
        folded = [fold_pattern(p) for p in patterns]
        for name, text in parts.items():
            folded = [p.replace("{" + name + "}", text) for p in folded]
        return regex.compile("|".join(f"(?:{p})" for p in folded))

    before = {Modality(name): compile_all(patterns) for name, patterns in data["before"].items()}
    after = {Modality(name): compile_all(patterns) for name, patterns in data["after"].items()}
    return _Frames(
        before,
        after,
        compile_all(["{listed_negation}{fill}{item}$"]),
        regex.compile(fold_pattern(data["never_warns"])),
        regex.compile(fold_pattern(data["someone"])),
        compile_all([data["hints"]]),
        compile_all([data["hints"], data["warning_hints"]]),
    )


def modality_of(text: NormalText, start: int, end: int, *, mention: bool) -> Modality:
    """How letters start..end are held; ``mention`` words (a disease by name) may also be warned of."""
    frames = _frames()
    hints = frames.warning_hints if mention else frames.hints
    if not hints.search(text.letters, max(0, start - _SENTENCE_REACH), end + _SENTENCE_REACH):
        return Modality.CLAIMS
    near = low, high = text.clause(start, end, COMMA, _CLAUSE_REACH)
    before, after = text.letters[low:start], text.letters[end:high]
    if _denied(frames, text, start, before) or frames.after[Modality.DENIES].search(after):
        return Modality.DENIES
    sentence = low, high = text.clause(start, end, STOP, _SENTENCE_REACH)
    before, after = text.letters[low:start], text.letters[end:high]
    for kind in (Modality.QUOTES, Modality.ASKS):
        if frames.before[kind].search(before) or (kind in frames.after and frames.after[kind].search(after)):
            return kind
    if mention and _warned(frames, text.letters, start, end, near, sentence):
        return Modality.WARNS
    return Modality.CLAIMS


def _denied(frames: _Frames, text: NormalText, start: int, before: str) -> bool:
    if frames.before[Modality.DENIES].search(before):
        return True
    if start == 0 or text.breaks[start] != LIST:
        return False
    low, _ = text.clause(start, start, COMMA, _LIST_REACH)
    return frames.listed.search(text.letters[low:start]) is not None


def _warned(
    frames: _Frames, letters: str, start: int, end: int, near: tuple[int, int], sentence: tuple[int, int]
) -> bool:
    """A warning in the next clause counts only when the words' own clause, ``near``, speaks of those it warns.

    糖尿病患者，請先諮詢醫師 warns; 遠離糖尿病，如有不適請就醫 claims, whatever follows.
    """
    (low, high), (first, last) = near, sentence
    warns = frames.after[Modality.WARNS]
    if frames.never_warns.search(letters, end, last):
        return False
    if frames.before[Modality.WARNS].search(letters[first:start]) or warns.search(letters[end:high]):
        return True
    addressed = f"{letters[low:start]}|{letters[start:high]}"
    return bool(warns.search(letters[start:last]) and frames.someone.search(addressed))
