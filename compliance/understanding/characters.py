"""Decides how one character is read: its folded form and how strongly it separates its neighbours.

Traditional and simplified forms are folded onto the simplified one, because that direction is unambiguous (髮 and 發
both read 发). Everything is looked up once per distinct character.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

from engine.packs import load_yaml, package_path

NONE, SPACE, NOISE, LIST, COMMA, STOP = range(6)
_KEPT_AT_MOST = 50_000
Reading = tuple[str, int]


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = load_yaml(package_path("compliance") / "understanding" / "characters.yaml")
    return data


@cache
def _simplified() -> Any:
    from opencc import OpenCC  # takes 80 ms; only where text is screened

    return OpenCC("t2s")


def _break_strengths() -> dict[str, int]:
    names = {"list": LIST, "comma": COMMA, "stop": STOP}
    return {char: names[name] for name, chars in _data()["breaks"].items() for char in chars}


class Readings(dict[str, Reading]):
    """Character -> (folded letters, break strength); a character that is dropped without a trace is ("", 0)."""

    def __init__(self) -> None:
        super().__init__()
        self._breaks = _break_strengths()
        self._variants: dict[str, str] = _data()["variants"]
        self._letters: str = _data()["letters"]

    def __missing__(self, char: str) -> Reading:
        if len(self) > _KEPT_AT_MOST:
            self.clear()
        reading = self._read(char)
        self[char] = reading
        return reading

    def _read(self, char: str) -> Reading:
        if char in self._letters:
            return char, NONE
        if char in self._breaks:
            return "", self._breaks[char]
        if char.isspace():
            return "", SPACE
        if unicodedata.category(char) in ("Cf", "Mn", "Me", "Cc", "Cs"):
            return "", NONE
        folded = unicodedata.normalize("NFKC", char)
        if folded in self._breaks:
            return "", self._breaks[folded]
        letters = "".join(self._letter(c) for c in folded if c == "%" or unicodedata.category(c)[0] in "LN")
        return (letters, NONE) if letters else ("", NOISE)

    def _letter(self, char: str) -> str:
        char = self._variants.get(char, char)
        if "\u3400" <= char <= "\u9fff":
            simplified: str = _simplified().convert(char)
            return self._variants.get(simplified, simplified)
        return char.lower()


@cache
def readings() -> Readings:
    """The one table of this process."""
    return Readings()
