"""Decides that an ad breaks the law by being one, whatever it says: tobacco."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.kinds.strike import Ad, Strike
from compliance.rule_schema import ExistenceRule


def strikes(rule: ExistenceRule, ad: Ad) -> Iterator[Strike]:
    """The opening of the ad, unless every sentence says that it advertises nothing; one warning heals nothing."""
    opening = ad.opening()
    if opening and not ad.is_all(f"{rule.code}:unless"):
        yield Strike(opening.start, opening.end, opening)
