"""Decides how a metric that conversions go into is held against other days, the others or a target: equally mature.

Of the last days' conversions only a part is reported. A side of other days or of other entities is made from
conversions as they will have come in (each row's divided by the share its age has reported), then brought down to the
share that the entity's own window has reported; so a cost a conversion that will still fall does not pass for dear.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from rules.entities import Floats, LevelFacts
from rules.maturity import row_shares
from rules.reporting_lag import LagCurve
from rules.windows import parts_of

LATE = ("conversions", "conversions_value")
LEAST_SHARE = 0.1  # a day of which less is reported says too little to be drawn up from


def power_of(name: str) -> int:
    """How a metric moves with the share reported: 1 as conversions do, -1 as their cost does, 0 where it does not."""
    above, *below = parts_of(name)
    return (above in LATE) - (bool(below) and below[0] in LATE)


def matured(facts: LevelFacts, day: int, curves: Mapping[str, LagCurve]) -> LevelFacts:
    """The facts with conversions and their value as they will have come in, by what is reported on ``day``."""
    share = np.fmax(row_shares(facts, day, curves), LEAST_SHARE)
    grown = {name: facts.values[name] / share for name in LATE if name in facts.values}
    return replace(facts, values={**facts.values, **grown})


def brought_down(side: Floats, name: str, own_share: Floats) -> Floats:
    """A side made from matured conversions, at the share that the entity's own window has reported."""
    out: Floats = side * own_share ** float(power_of(name))
    return out
