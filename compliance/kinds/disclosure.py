"""Decides that words which ask for a disclosure stand in an ad without it: instalments without a yearly rate."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.kinds.required import is_met
from compliance.kinds.strike import Ad, Strike
from compliance.rule_schema import DisclosureRule


def strikes(rule: DisclosureRule, ad: Ad) -> Iterator[Strike]:
    """Every word that asks for the disclosure, in an ad that lacks one of the needs."""
    asking = ad.of((rule.code,))
    if asking and not is_met(rule.code, rule.needs, ad):
        for hit in asking:
            yield Strike(hit.start, hit.end, hit)
