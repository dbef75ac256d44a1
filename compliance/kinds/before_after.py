"""Decides that an ad sets a picture of before beside one of after."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.kinds.strike import Ad, Strike, near
from compliance.rule_schema import BeforeAfterRule


def strikes(rule: BeforeAfterRule, ad: Ad) -> Iterator[Strike]:
    """Every "before" with the next "after" within reach."""
    later = ad.of((f"{rule.code}:second",))
    for first in ad.of((rule.code,)):
        for second in near(first, later, rule.reach):
            if second.start >= first.end:
                yield Strike(first.start, second.end, first)
                break
