"""Decides that somebody tells in an ad what the product did for him."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.kinds.strike import Ad, Strike, near
from compliance.rule_schema import TestimonialRule
from compliance.understanding.normal import STOP


def strikes(rule: TestimonialRule, ad: Ad) -> Iterator[Strike]:
    """Every experience that has somebody to tell it in the same sentence; the finding lies on the experience."""
    speakers = ad.of((rule.code,))
    for told in ad.of((f"{rule.code}:second",)):
        for speaker in near(told, speakers, rule.reach):
            low, high = min(told.start, speaker.start), max(told.end, speaker.end)
            if ad.text.strongest_break(low, high) < STOP:
                yield Strike(told.start, told.end, told)
                break
