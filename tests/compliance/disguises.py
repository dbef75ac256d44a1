"""Decides how forbidden words are disguised when the tests and the bench try to get them past the screening."""

from __future__ import annotations

from collections.abc import Callable


def between(mark: str) -> Callable[[str], str]:
    """The mark between all letters."""
    return mark.join


def in_the_middle(mark: str) -> Callable[[str], str]:
    """The mark in the middle of the word."""
    return lambda word: word[: len(word) // 2] + mark + word[len(word) // 2 :]


def simplified(word: str) -> str:
    """The word in simplified characters."""
    from opencc import OpenCC

    return str(OpenCC("t2s").convert(word))


DISGUISES: dict[str, Callable[[str], str]] = {
    "full stop in the middle": in_the_middle("."),
    "star in the middle": in_the_middle("*"),
    "hyphen in the middle": in_the_middle("-"),
    "emoji in the middle": in_the_middle("🔥"),
    "blank in the middle": in_the_middle(" "),
    "zero width between all": between("\u200b"),
    "blank between all": between(" "),
    "ideographic blank between all": between("\u3000"),
    "slash between all": between("/"),
    "list mark between all": between("、"),
    "direction mark between all": between("\u200f"),
    "simplified": simplified,
}
PADDINGS = ("…{}…", "{}…", "今天天氣真好。{}", "{}。門市週一到週日營業，歡迎來店看看。")
