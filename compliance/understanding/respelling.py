"""Decides which 注音 and homophone spellings stand for another word: a short table, each seen in use."""

from __future__ import annotations

from functools import cache

import regex

from compliance.understanding.normal import STOP, NormalText, fold, read
from engine.packs import load_yaml, package_path


def normalise(text: str) -> NormalText:
    """The plain form of ``text`` in which terms are looked for."""
    return respell(read(text))


@cache
def _table() -> tuple[dict[str, str], regex.Pattern[str]]:
    data = load_yaml(package_path("compliance") / "understanding" / "respellings.yaml")
    meant = {fold(spelled): fold(word) for group in ("zhuyin", "words") for spelled, word in data[group].items()}
    meant = {spelled: word for spelled, word in meant.items() if spelled != word}
    ordered = sorted(meant, key=lambda spelled: (-len(spelled), spelled))
    return meant, regex.compile("|".join(regex.escape(spelled) for spelled in ordered))


def respell(text: NormalText) -> NormalText:
    """The text with known respellings read as the word that is meant; the map back covers the whole spelling."""
    meant, pattern = _table()
    found = [m for m in pattern.finditer(text.letters) if text.strongest_break(m.start(), m.end()) < STOP]
    if not found:
        return text
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    breaks: list[int] = []

    def keep(start: int, end: int) -> None:
        letters.append(text.letters[start:end])
        starts.extend(text.starts[start:end])
        ends.extend(text.ends[start:end])
        breaks.extend(text.breaks[start:end])

    at = 0
    for match in found:
        keep(at, match.start())
        word = meant[match[0]]
        start, end = text.span(match.start(), match.end())
        letters.append(word)
        starts.extend([start] * len(word))
        ends.extend([end] * len(word))
        breaks.extend([text.breaks[match.start()], *[0] * (len(word) - 1)])
        at = match.end()
    keep(at, len(text.letters))
    return NormalText(text.original, "".join(letters), tuple(starts), tuple(ends), tuple(breaks))
