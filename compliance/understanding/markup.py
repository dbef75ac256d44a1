"""Decides what of a text is markup (tags, comments, character references, links) and what is left to be shown.

A tag inside a line leaves nothing behind, one that ends a line a line feed, and one that may be somebody's own word in
brackets, such as <NEW>, a blank. Whatever is taken out is told, so that words hidden in it can be read for themselves.
Every pattern stops at the next bracket or after a fixed number of characters: the time is linear in the length.
"""

from __future__ import annotations

import html
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import regex

from engine.packs import load_yaml, package_path

Span = tuple[int, int]
_LINE, _ODD, _NOTHING = "\n", " ", ""
_REFERENCE = regex.compile(r"&(?:amp;){0,8}+(?:#(?:[0-9]{1,7}+|[xX][0-9a-fA-F]{1,6}+);?|[A-Za-z][A-Za-z0-9]{1,31}+;)")
_DOUBLED = regex.compile("&(?:amp;)+(?=[#A-Za-z])")
_MARK = regex.compile(
    r"<!--(?P<empty>-?>)?"
    r"|</?(?P<name>[A-Za-z][A-Za-z0-9:-]{0,40})(?=[\s/><])"
    r"""(?P<attributes>(?:[^"'<>]|"[^"]{0,200}+"|'[^']{0,200}+'|["']){0,400}+)(?:>|(?P<open>(?=<[/A-Za-z!])))"""
    r"|<[!?][A-Za-z\[](?P<declared>[^<>]{0,400}+)>"
    r"|\[(?=[^\[\]\n]{1,200}+\]\([\x21-\x27\x2a-\x7e])"
    r"|\]\((?P<target>[\x21-\x27\x2a-\x7e][^()\s]{0,1000}+)(?:\s{1,4}+[\"'][^\"'()]{0,200}+[\"'])?\)"
)
_COMMENT_END = regex.compile(r"--!?>")
_CLOSING = regex.compile(r"</([A-Za-z][A-Za-z0-9:-]{0,40})\s{0,20}+>")
_UNSHOWN = regex.compile(
    r"display\s{0,4}:\s{0,4}none|visibility\s{0,4}:\s{0,4}hidden|font-size\s{0,4}:\s{0,4}0(?![\d.])|(?<![\w-])hidden(?![\w-])",
    regex.IGNORECASE,
)
_LETTER = regex.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Shown:
    """``text`` as it is shown; character i stands for ``starts[i]:ends[i]`` of the text as it was given.

    ``lines`` and ``insides`` are where tags that end a line, and marks with words of their own, stand as given.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    lines: tuple[Span, ...] = ()
    insides: tuple[Span, ...] = ()


class _Mark(NamedTuple):
    start: int
    end: int
    left: str
    words: bool


@cache
def _names() -> dict[str, frozenset[str]]:
    data = load_yaml(package_path("compliance") / "understanding" / "markup.yaml")
    return {kind: frozenset(data[kind].split()) for kind in ("lines", "hidden", "inline")}


def seen_through(text: str, *, lines_end: bool = True) -> Shown | None:
    """``text`` without its markup, None where there is none; unless ``lines_end``, ends of lines leave a blank."""
    decoded = decoded_references(text)
    plain = decoded.text if decoded else text
    if "<" not in plain and "](" not in plain:
        return decoded
    marks = list(_marks(plain))
    if not marks:
        return decoded
    pieces: list[str] = []
    kept: list[int] = []
    at = 0
    for mark in marks:
        left = _ODD if mark.left == _LINE and not lines_end else mark.left
        pieces += [plain[at : mark.start], left]
        kept += [*range(at, mark.start), *[mark.start] * len(left)]
        at = mark.end
    pieces.append(plain[at:])
    kept += range(at, len(plain))
    starts, ends = (decoded.starts, decoded.ends) if decoded else (range(len(text)), range(1, len(text) + 1))
    given = [(mark, (starts[mark.start], ends[mark.end - 1])) for mark in marks]
    lines = tuple(span for mark, span in given if mark.left == _LINE)
    insides = tuple(span for mark, span in given if mark.words)
    return Shown("".join(pieces), [starts[i] for i in kept], [ends[i] for i in kept], lines, insides)


def decoded_references(text: str) -> Shown | None:
    """``text`` with its character references read as characters; None where there are none."""
    found = list(_REFERENCE.finditer(text)) if "&" in text else []
    if not found:
        return None
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match in found:
        characters = html.unescape(_DOUBLED.sub("&", match[0]))
        if characters.startswith("&") and len(characters) > 1:
            continue  # no character has this name
        pieces += [text[at : match.start()], characters]
        starts += [*range(at, match.start()), *[match.start()] * len(characters)]
        ends += [*range(at + 1, match.start() + 1), *[match.end()] * len(characters)]
        at = match.end()
    pieces.append(text[at:])
    starts += range(at, len(text))
    ends += range(at + 1, len(text) + 1)
    return Shown("".join(pieces), starts, ends)


def _marks(text: str) -> Iterator[_Mark]:
    """Every piece of markup, in order and without overlap."""
    comment_ends = [match.span() for match in _COMMENT_END.finditer(text)]
    closings: dict[str, list[Span]] = {}
    for closing in _CLOSING.finditer(text):
        closings.setdefault(closing[1].lower(), []).append(closing.span())
    at = 0
    while (match := _MARK.search(text, at)) is not None:
        mark = _mark(match, comment_ends, closings)
        at = mark.end if mark else match.start() + 1
        if mark:
            yield mark


def _mark(match: regex.Match[str], comment_ends: list[Span], closings: dict[str, list[Span]]) -> _Mark | None:
    """The whole piece of markup that begins with ``match``; None where it is no markup after all."""
    start, end = match.span()
    if match["name"]:
        return _tag(match, closings)
    if match["declared"] is not None:
        return _Mark(start, end, _NOTHING, _has_words(match["declared"]))
    if match[0] == "<!--":
        end = _end_of(comment_ends, end)
        return _Mark(start, end, _NOTHING, words=True) if end else None
    return _Mark(start, end, _NOTHING, match["target"] is not None)


def _tag(match: regex.Match[str], closings: dict[str, list[Span]]) -> _Mark | None:
    name, attributes = match["name"].lower(), match["attributes"]
    known = any(name in listed for listed in _names().values())
    if not known and (match["open"] is not None or not attributes.isascii()):
        return None
    start, end = match.span()
    if match[0][1] != "/" and (name in _names()["hidden"] or _UNSHOWN.search(attributes)):
        hidden_until = _end_of(closings.get(name, []), end)
        if hidden_until:
            return _Mark(start, hidden_until, _NOTHING, words=True)
    if name in _names()["lines"]:
        return _Mark(start, end, _LINE, _has_words(attributes))
    odd = not known and not match["name"].islower()
    return _Mark(start, end, _ODD if odd else _NOTHING, _has_words(attributes))


def _has_words(text: str) -> bool:
    return _LETTER.search(text) is not None


def _end_of(spans: list[Span], start: int) -> int:
    """Where the first of ``spans`` that begins at ``start`` or later ends; 0 where none does."""
    following = bisect_left(spans, (start, 0))
    return spans[following][1] if following < len(spans) else 0
