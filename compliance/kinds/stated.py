"""Decides that a stated fact contradicts the ad: there is no evidence, or the evidence shows another number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import regex

from compliance.facts import denies
from compliance.kinds.pattern import SECONDS_AT_MOST, compile_patterns, compile_raw, matches
from compliance.kinds.strike import Ad, Strike
from compliance.rule_schema import StatedRule

_TOLERANCE = 0.1
_MEASURE = regex.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)\s?(%|公克|毫克|克|mg|g|小時|大卡|公斤|公尺|公里|萬|分鐘)")
_THOUSANDS = {"公里": "公尺"}


def strikes(rule: StatedRule, ad: Ad) -> Iterator[Strike]:
    """Every objective statement, when a fact handed in for it says otherwise: nothing, or another."""
    facts = {name: str(ad.facts[name]) for name in rule.facts if name in ad.facts}
    if not facts or not ad.hits.get(rule.code):
        return
    refuted = _refuted(rule, facts)
    for strike in matches(compile_patterns(rule.code, rule.patterns), ad, rule.code):
        start, end = ad.text.span(strike.start, strike.end)
        if refuted or _another_number(ad.text.original[start:end], facts):
            yield strike


def _refuted(rule: StatedRule, facts: Mapping[str, str]) -> bool:
    if not rule.refuted_by:
        return any(denies(fact) for fact in facts.values())
    pattern = compile_raw(f"{rule.code}:refuted", rule.refuted_by)
    return any(pattern.search(fact, timeout=SECONDS_AT_MOST) for fact in facts.values())


def _another_number(claim: str, facts: Mapping[str, Any]) -> bool:
    claimed = dict(_measures(claim))
    return any(
        unit in claimed and abs(number - claimed[unit]) > _TOLERANCE * claimed[unit]
        for fact in facts.values()
        for unit, number in _measures(fact)
    )


def _measures(text: str) -> Iterator[tuple[str, float]]:
    for number, unit in _MEASURE.findall(text):
        smaller = _THOUSANDS.get(unit)
        yield (smaller, float(number) * 1000) if smaller else (unit, float(number))
