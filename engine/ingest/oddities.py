"""Decides what is odd about lines that are imported all the same, and says so once a file."""

from __future__ import annotations

import numpy as np

from engine.ingest.facts import Facts
from engine.ingest.faults import say
from engine.ingest.grid import Bools, Labels
from engine.messages import Message

_DAY = np.timedelta64(1, "D")


def find_oddities(facts: Facts, currency: str | None, platform: str) -> list[Message]:
    """One warning a kind of oddity, with how many lines show it."""
    warnings = []
    if currency is None and {"spend", "conversions_value"} & facts.measures.keys():
        warnings.append(say("warn.currency_unknown"))
    if platform == "generic" and set(facts.dimensions["platform"].values) == {"generic"}:
        warnings.append(say("warn.platform_unknown"))
    clicks_alone = _clicks_without_impressions(facts)
    if clicks_alone:
        warnings.append(say("warn.clicks_without_impressions", lines=clicks_alone))
    for name, measure in facts.measures.items():
        negative = int((measure.valid & (measure.values < 0)).sum())
        if negative:
            warnings.append(say("warn.negative", metric=name, lines=negative))
    for name in ("result_indicator", "attribution"):
        used = _distinct(facts.dimensions[name])
        if used > 1:
            warnings.append(say(f"warn.mixed_{name}", kinds=used))
    if platform == "generic" and _weekly(facts):
        warnings.append(say("warn.weekly"))
    return warnings


def _clicks_without_impressions(facts: Facts) -> int:
    clicks, impressions = facts.measures.get("clicks"), facts.measures.get("impressions")
    if clicks is None or impressions is None:
        return 0
    odd: Bools = clicks.valid & (clicks.values > 0) & impressions.valid & (impressions.values == 0)
    return int(odd.sum())


def _distinct(labels: Labels) -> int:
    return sum(1 for code in np.unique(labels.codes) if labels.values[code])


def _weekly(facts: Facts) -> bool:
    """Whether one-day lines stand exactly whole weeks apart, as weekly tables write their first day."""
    days = np.unique(facts.start[facts.start == facts.end])
    if len(days) < 4:
        return False
    gaps = np.diff(days) / _DAY
    return bool((gaps % 7 == 0).all())
