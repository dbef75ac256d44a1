"""Decides that words harmless alone strike in company."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from compliance.kinds.strike import Ad, Strike
from compliance.pack_schema import TogetherRule
from compliance.wordhits import Hit


def strikes(rule: TogetherRule, ad: Ad) -> Iterator[Strike]:
    """Every word of the first list that has a word of the company within reach, other than itself."""
    company = ad.of(rule.company)
    if not company:
        return
    for hit in ad.of(rule.lists):
        at = bisect_left(company, Hit(hit.start - rule.reach, 0))
        while at < len(company) and company[at].start <= hit.end + rule.reach:
            if company[at].end <= hit.start or company[at].start >= hit.end:
                yield Strike(hit.start, hit.end, hit)
                break
            at += 1
