"""Decides that somebody of weight recommends the product and nothing says that it is paid for."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.kinds.strike import Ad, Strike, near
from compliance.rule_schema import EndorsementRule
from compliance.understanding.normal import STOP


def strikes(rule: EndorsementRule, ad: Ad) -> Iterator[Strike]:
    """Every endorser with a recommendation within reach, in an ad that discloses nothing."""
    if f"{rule.code}:disclosed" in ad.hits:
        return
    praises = ad.of((f"{rule.code}:second",))
    for endorser in ad.of((rule.code,)):
        for praise in near(endorser, praises, rule.reach):
            low, high = min(endorser.start, praise.start), max(endorser.end, praise.end)
            if ad.text.strongest_break(low, high) < STOP:
                yield Strike(low, high, endorser)
                break
