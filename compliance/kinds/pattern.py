"""Decides that a sentence with numbers strikes; patterns are bounded and run under a time limit."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice

import regex

from compliance.kinds.strike import MOST_STRIKES, Ad, Strike
from compliance.rule_schema import PatternRule
from compliance.understanding.modality import fold_pattern
from compliance.wordhits import Hit
from engine.errors import PackError

SECONDS_AT_MOST = 0.5
LONGEST_MATCH = 60
_QUOTE_REACH = 20
_UNBOUNDED = regex.compile(r"(?<!\\)[*+]")


@cache
def compile_patterns(rule_code: str, patterns: tuple[str, ...]) -> regex.Pattern[str]:
    """One pattern over folded letters. Raises PackError for an unbounded or broken one."""
    return compile_raw(rule_code, tuple(fold_pattern(pattern) for pattern in patterns))


@cache
def compile_raw(rule_code: str, patterns: tuple[str, ...]) -> regex.Pattern[str]:
    """One pattern over the text as it was given. Raises PackError for an unbounded or broken one."""
    for pattern in patterns:
        if _UNBOUNDED.search(pattern):
            raise PackError("compliance.pack.bad_pattern", rule=rule_code, detail="repetition without an upper bound")
    try:
        return regex.compile("|".join(f"(?:{pattern})" for pattern in patterns))
    except regex.error as error:
        raise PackError("compliance.pack.bad_pattern", rule=rule_code, detail=str(error)) from error


def strikes(rule: PatternRule, ad: Ad) -> Iterator[Strike]:
    """Every match that crosses no full stop, near one of the ``when`` words, in an ad that names no source."""
    if rule.sourced and first_match(compile_patterns(f"{rule.code}:sourced", rule.sourced), ad) is not None:
        return
    for strike in matches(compile_patterns(rule.code, rule.patterns), ad, rule.code):
        if not rule.quoted or _in_quotation(ad, strike):
            yield strike


def matches(compiled: regex.Pattern[str], ad: Ad, near: str | None = None) -> Iterator[Strike]:
    """The matches in an ad, or near the hits of one name, within the time limit and at most ``MOST_STRIKES``."""
    for start, end in islice((m.span() for m in _found(compiled, ad, near)), MOST_STRIKES):
        yield Strike(start, end, Hit(start, end))


def numbered(compiled: regex.Pattern[str], ad: Ad, near: str) -> Iterator[tuple[Strike, float | None]]:
    """The matches near the hits of one name, with the number their first group that took part holds."""
    for match in islice(_found(compiled, ad, near), MOST_STRIKES):
        start, end = match.span()
        digits = next((group for group in match.groups() if group), None)
        yield Strike(start, end, Hit(start, end)), float(digits) if digits else None


def first_match(compiled: regex.Pattern[str], ad: Ad) -> Strike | None:
    """The first match, or nothing."""
    return next(matches(compiled, ad), None)


def _found(compiled: regex.Pattern[str], ad: Ad, near: str | None) -> Iterator[regex.Match[str]]:
    for low, high in ad.sentences if near is None else ad.stretches(near, LONGEST_MATCH):
        for match in compiled.finditer(ad.text.letters, low, high, timeout=SECONDS_AT_MOST):
            if match.end() > match.start():
                yield match


def _in_quotation(ad: Ad, strike: Strike) -> bool:
    start, end = ad.text.span(strike.start, strike.end)
    text = ad.text.original
    opened = max(text.rfind(mark, max(0, start - _QUOTE_REACH), start) for mark in "「『“")
    closed = max(text.rfind(mark, max(0, start - _QUOTE_REACH), start) for mark in "」』”")
    return opened > closed and any(mark in text[end : end + _QUOTE_REACH] for mark in "」』”")
