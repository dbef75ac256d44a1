"""Decides what a planner hands in of an incrementality study, and the test of a curve that it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scipy.special import ndtri

from engine.money import Money
from optimizer.curves.lift import WITHIN, LiftTest
from optimizer.problem import units


@dataclass(frozen=True, slots=True)
class LiftReport:
    """What a Conversion Lift study or a geo hold-out reported of one ``result`` of a channel.

    Attributes:
        start, end: the days of the test, both included.
        spend: all money of the channel in those days, where its ads ran as tested.
        spend_without: what it would have spent without what was tested; nothing where the control saw no ad of it.
        lift: results that the difference in spend brought.
        standard_error: of the lift; or ``low`` and ``high``, the ends of its range at ``level`` (0 to 1).
        coverage: share of the channel's audience that spend and lift speak of, above 0 to 1: the regions of a geo
            hold-out, the part of the audience that is no control. Both are scaled up to the whole channel.
        source: where it is from, in the planner's words.
    """

    channel: str
    start: date
    end: date
    spend: Money
    lift: float
    result: str = "conversions"
    spend_without: Money | None = None
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None
    level: float = 0.9
    coverage: float = 1.0
    source: str = ""

    def as_test(self) -> LiftTest:
        """The test of the whole channel's curve. Raises InputError where the report says nothing."""
        low, high = self._range()
        without = 0.0 if self.spend_without is None else units(self.spend_without)
        amounts = (without, units(self.spend), self.lift, low, high)
        return LiftTest(self.channel, self.start, self.end, *(amount / self.coverage for amount in amounts))

    def _range(self) -> tuple[float, float]:
        """Ends of the lift's 90 % range."""
        if self.standard_error is not None:
            low, high = (self.lift + side * WITHIN * self.standard_error for side in (-1.0, 1.0))
            return low, high
        if self.low is None or self.high is None:
            return self.lift, self.lift
        widths = 1.0 if self.level == 0.9 else WITHIN / float(ndtri(0.5 + self.level / 2.0))
        return self.lift - widths * (self.lift - self.low), self.lift + widths * (self.high - self.lift)


def calibrating_tests(reports: Sequence[LiftReport], result: str) -> tuple[LiftTest, ...]:
    """The tests of the curves of ``result``."""
    return tuple(report.as_test() for report in reports if report.result == result)
