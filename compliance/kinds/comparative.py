"""Decides that an ad places its product above others without a source that can be looked up."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from compliance.kinds.pattern import compile_patterns, first_match
from compliance.kinds.strike import Ad, Strike
from compliance.rule_schema import ComparativeRule
from compliance.understanding.normal import STOP
from compliance.wordhits import Hit


def strikes(rule: ComparativeRule, ad: Ad) -> Iterator[Strike]:
    """Every comparison: its words alone, or a degree close behind a scope (全台最大)."""
    found = [Strike(hit.start, hit.end, hit) for hit in ad.of((rule.code,))]
    found += _graded(ad.of((f"{rule.code}:scope",)), ad.of((f"{rule.code}:degree",)), rule.reach, ad)
    if not found:
        return
    if rule.sourced and first_match(compile_patterns(f"{rule.code}:sourced", rule.sourced), ad) is not None:
        return
    yield from found


def _graded(scopes: list[Hit], degrees: list[Hit], reach: int, ad: Ad) -> Iterator[Strike]:
    for scope in scopes:
        at = bisect_left(degrees, Hit(scope.end, 0))
        if at < len(degrees) and degrees[at].start - scope.end <= reach:
            degree = degrees[at]
            if ad.text.strongest_break(scope.start, degree.end) < STOP:
                yield Strike(scope.start, degree.end, degree)
