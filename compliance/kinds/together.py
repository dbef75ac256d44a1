"""Decides that words harmless alone strike in company."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.kinds.strike import Ad, Strike, near
from compliance.rule_schema import TogetherRule


def strikes(rule: TogetherRule, ad: Ad) -> Iterator[Strike]:
    """Every word of the first list that has a word of the company within reach, other than itself."""
    company = ad.of(rule.company)
    if not company:
        return
    for hit in ad.of(rule.lists):
        if next(near(hit, company, rule.reach), None) is not None:
            yield Strike(hit.start, hit.end, hit)
