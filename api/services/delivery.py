"""Decides what impressions and clicks a channel's money has bought lately, for the estimates on a cue sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.snapshot import Snapshot

RECENT_WEEKS = 8
METRICS = ("impressions", "clicks")


def recent_delivery(snapshot: Snapshot, currency: str) -> dict[str, dict[str, Any]]:
    """Per channel: impressions and clicks per unit of money over its last eight complete weeks with spend.

    A channel without such weeks, or whose exports lack a metric, has None there: unknown, not zero.
    """
    from optimizer.history import weekly_history

    facts = snapshot.facts
    out: dict[str, dict[str, Any]] = {}
    for metric in METRICS:
        if metric not in facts.columns or not facts[metric].notna().any():
            continue
        frame = weekly_history(facts, metric, currency=currency).frame
        counted = frame[frame["complete"] & (frame["spend"] > 0) & frame["result"].notna()]
        for channel, weeks in counted.groupby("channel", sort=True):
            recent = weeks.sort_values("week").tail(RECENT_WEEKS)
            entry = out.setdefault(str(channel), dict.fromkeys(METRICS) | {"weeks": len(recent)})
            entry[metric] = float(recent["result"].sum()) / float(recent["spend"].sum())
    return out


def estimate(delivery: Mapping[str, Mapping[str, Any]], channel: str, metric: str, spend: float) -> int | None:
    """How many impressions or clicks ``spend`` should buy; None where nothing is known."""
    rate = delivery.get(channel, {}).get(metric)
    return None if rate is None else round(rate * spend)
