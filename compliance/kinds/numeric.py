"""Decides that a number in a sentence lies beyond its bound: pay below 40,000 dollars, a rate above 16 %."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.kinds.pattern import compile_patterns, numbered
from compliance.kinds.strike import Ad, Strike
from compliance.rule_schema import NumericRule


def strikes(rule: NumericRule, ad: Ad) -> Iterator[Strike]:
    """Every match whose number is below ``below`` or above ``above``; without bounds every match."""
    for strike, number in numbered(compile_patterns(rule.code, rule.patterns), ad, rule.code):
        unbounded = rule.below is None and rule.above is None
        too_low = rule.below is not None and number is not None and number < rule.below
        too_high = rule.above is not None and number is not None and number > rule.above
        if unbounded or too_low or too_high:
            yield strike
