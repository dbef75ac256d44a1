"""Decides how long a text is to a platform: full-width characters, emoji and what its pages do not say."""

from __future__ import annotations

from dataclasses import dataclass
from unicodedata import east_asian_width

import regex

from compliance.specs.schema import Counting

EMOJI = regex.compile(
    r"\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3"
    r"|(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F)"
    r"(?:\uFE0F|\p{Emoji_Modifier}|\u200D\p{Extended_Pictographic}){0,16}"
)
_INSERTION = regex.compile(r"\{[A-Za-z][\w.()]{0,40}:([^{}]{0,200})\}")


@dataclass(frozen=True, slots=True)
class Length:
    """The least and the most a text counts; they differ where the platform does not say how it counts."""

    least: int
    most: int


def length_of(text: str, counting: Counting) -> Length:
    """The length of ``text`` in the units of a platform.

    Of an insertion such as {KeyWord:咖啡} only the default text counts where full-width characters count double.
    """
    if counting.wide == 2:
        text = _INSERTION.sub(r"\1", text)
    emoji = EMOJI.findall(text)
    plain = EMOJI.sub("", text) if emoji else text
    least, most = len(plain), len(plain)
    if counting.wide == 2 and not plain.isascii():
        widths = [east_asian_width(character) for character in plain]
        wide, unsure = sum(width in "WF" for width in widths), widths.count("A")
        least, most = least + wide, most + wide + unsure
    return Length(least + len(emoji), most + sum(max(2, len(one)) for one in emoji))
