"""Decides that what an ad must show is missing: a warning, a number, a name."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.facts import states
from compliance.kinds.pattern import compile_patterns, first_match
from compliance.kinds.strike import Ad, Strike
from compliance.rule_schema import Need, RequiredRule


def strikes(rule: RequiredRule, ad: Ad) -> Iterator[Strike]:
    """The opening of an ad that lacks one of the needs, unless the copy advertises nothing."""
    if rule.facts_when and not any(states(ad.facts, fact) for fact in rule.facts_when):
        return
    if ad.is_all(f"{rule.code}:unless") or is_met(rule.code, rule.needs, ad):
        return
    if opening := ad.opening():
        yield Strike(opening.start, opening.end, opening)


def is_met(code: str, needs: tuple[Need, ...], ad: Ad) -> bool:
    """True when each need stands in the ad or is stated as a fact."""
    return all(
        any(states(ad.facts, fact) for fact in need.facts)
        or (bool(need.patterns) and first_match(compile_patterns(f"{code}:{n}", need.patterns), ad) is not None)
        for n, need in enumerate(needs)
    )
