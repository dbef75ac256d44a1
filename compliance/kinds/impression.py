"""Decides that an ad holds a word by which its overall impression should be looked at; one finding an ad is enough."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.kinds.strike import Ad, Strike
from compliance.rule_schema import ImpressionRule


def strikes(rule: ImpressionRule, ad: Ad) -> Iterator[Strike]:
    """The first word of the lists."""
    first = min((ad.hits[name][0] for name in rule.lists if name in ad.hits), default=None)
    if first is not None:
        yield Strike(first.start, first.end, first)
