"""Decides whether a plan has money left for more: whose spending is behind what the plan wanted by now.

How much a shift moves is not decided here: that is what the optimizer makes of it within the limits of the plan.
"""

from __future__ import annotations

from rules.pacing import pace
from rules.signals import SignalSource

BEHIND = 0.95  # a plan that is spent to within a twentieth is on its course, as days differ by as much


def behind_plan(source: SignalSource) -> frozenset[str]:
    """Keys of the accounts and campaigns that spent less than the plan wanted of them up to yesterday."""
    found: set[str] = set()
    for level in ("account", "campaign") if source.given.plan else ():
        facts = source.level(level)
        told = pace(facts, source.given.plan, source.day - 1)
        found |= set(facts.entities["key"][told.spent <= BEHIND * told.planned])
    return frozenset(found)
