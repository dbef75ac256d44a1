"""Decides what an action brought, against the approved proposals that chance withheld.

Both arms were flagged alike, so both recover alike from a bad fortnight: what is left between them is the action.
Measure at the level the action can reach and the withheld cannot: a paused ad has no click rate of its own, and the
budget it frees may go to a withheld neighbour; there the outcome is that of the ad group, one arm a group.
"""

from __future__ import annotations

import math

from rules.effect.arms import Arm, check_arms
from rules.effect.found import Effect, Outcome, no_events, too_few
from rules.effect.intervals import ratio_interval


def lift_of(treated: Arm, withheld: Arm, outcome: Outcome) -> Effect:
    """The relative effect on ``outcome`` with its 95 % interval; "not enough" below 20 entities in an arm.

    What the entities did before, where both arms tell it, narrows the interval; chance drew the arms, so it moves the
    estimate by nothing on average. Raises EffectFaults for arms that cannot be read.
    """
    acted, held = check_arms({"treated": treated, "withheld": withheld})
    counts = (len(acted.entities), len(held.entities))
    few = too_few(outcome, "holdout", "chance", counts)
    if few is not None:
        return few
    found = ratio_interval(acted, held)
    if not all(math.isfinite(one) for one in (found.value, found.low, found.high)):
        return no_events(outcome, "holdout", "chance", counts)
    return Effect(outcome, "holdout", "chance", *counts, found.value, found.low, found.high)
