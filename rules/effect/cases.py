"""Decides which approved proposals an effect is measured on, from which day on, and when that is done.

Who looks every night and believes the first interval that leaves zero is fooled far more often than one time in twenty
(Armitage, McPherson and Rowe 1969, https://doi.org/10.2307/2343787). So effects are worked out on the first day of each
quarter, from what was known that morning, and stand until the next.

Chance drew at approval, so both arms count from the approval: whoever is counted at all is settled by that day alone.
What was acted on counts from the day after it was; what was not, because it was withheld or nobody got to it, counts
from as long after its approval as the others usually took (intention to treat).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_low

from rules.entities import EPOCH
from rules.looking import MONTHS, first_morning
from rules.pack import LevelName
from rules.reporting_lag import OLDEST_AGE, LagCurve, curve_of

AFTER_DAYS = 28  # as long before and after: four of every weekday
CARRIED_OUT_WITHIN = 14  # an approval that nobody got to in so many days was not acted on
HORIZON_DAYS = 365
REPORTED = 0.95
SETTLED_DAYS = 3  # platforms take clicks and spend back for some days
USUAL_DELAY = 1


@dataclass(frozen=True, slots=True)
class Case:
    """One approved proposal: the entity acted on (or withheld), and the days of its life.

    ``window_start`` is the first day of the window it was flagged on, which is bad by choice.
    """

    id: str
    entity: str
    level: LevelName
    action: str
    platform: str
    window_start: date
    approved_on: date
    withheld: bool
    applied_on: date | None = None
    undone_on: date | None = None

    @property
    def carried_out(self) -> bool:
        """Whether it was acted on soon enough to count as that, and left so while it is measured."""
        if self.applied_on is None or (self.applied_on - self.approved_on).days > CARRIED_OUT_WITHIN:
            return False
        return self.undone_on is None or (self.undone_on - self.applied_on).days > AFTER_DAYS


def scored_on(as_of: date) -> date:
    """The day that effects stand of, as of another day: the first of its quarter."""
    return EPOCH + timedelta(days=first_morning((as_of - EPOCH).days))


def next_scored(as_of: date) -> date:
    """The day on which effects are worked out anew."""
    return scored_on(scored_on(as_of) + timedelta(days=31 * MONTHS))


def last_complete(
    scored: date, last_day: date, outcome_parts: Iterable[str], platforms: Iterable[str], lag: Mapping[str, LagCurve]
) -> date:
    """The last day of which enough is reported: of conversions 95 %, of all else what three days leave.

    ``last_day`` is the last one with facts: they were read the day after at the earliest, and by ``scored``.
    """
    read = min(scored, last_day + timedelta(days=1))
    age = SETTLED_DAYS
    if any(part.startswith("conversions") for part in outcome_parts):
        age = max([age, *(_settled(curve_of(lag, name)) for name in platforms)])
    return read - timedelta(days=age)


def _settled(curve: LagCurve) -> int:
    """Days until 95 % of a day's conversions are reported."""
    return next((age for age, share in enumerate(curve.share) if share >= REPORTED), OLDEST_AGE)


def counted(cases: Iterable[Case], scored: date, complete: date) -> list[Case]:
    """The cases of the year before whose days after are over in either arm, the first approved first."""
    latest = complete - timedelta(days=AFTER_DAYS + CARRIED_OUT_WITHIN)
    earliest = scored - timedelta(days=HORIZON_DAYS)
    return sorted(
        (one for one in cases if earliest <= one.approved_on <= latest), key=lambda one: (one.approved_on, one.id)
    )


def starts(cases: Sequence[Case]) -> dict[str, date]:
    """The first day after the action, or after when it would have been, by case."""
    delays = [(one.applied_on - one.approved_on).days for one in cases if one.applied_on and one.carried_out]
    usual = timedelta(days=1 + (median_low(delays) if delays else USUAL_DELAY))
    return {
        one.id: one.applied_on + timedelta(days=1)
        if one.applied_on is not None and one.carried_out
        else one.approved_on + usual
        for one in cases
    }
