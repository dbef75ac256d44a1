"""Decides that words strike alone."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.kinds.strike import Ad, Strike
from compliance.rule_schema import PhraseRule


def strikes(rule: PhraseRule, ad: Ad) -> Iterator[Strike]:
    """Every occurrence of the rule's own terms and of its lists."""
    for hit in ad.of((rule.code, *rule.lists)):
        yield Strike(hit.start, hit.end, hit)
