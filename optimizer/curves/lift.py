"""Decides how far a planner's experiment moves a curve that was learnt from what merely happened.

What happened cannot tell how much of the credit a platform takes is due, nor whether spend followed demand. A lift
test can: every draw of the curve gets a factor on its level and a shift of its elasticity, as small as makes it agree
with the test within the test's error. A test that tells little moves little; without tests the history is believed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
from scipy.special import expit, logit

from engine.errors import InputError
from optimizer.curves.curve import Array
from optimizer.curves.families.hill_average import HillAverage
from optimizer.curves.shapes import ELASTICITIES

CREDIT_SPREAD = 0.4  # log spread of the share of a platform's credit that is due
CONFOUNDED_SPREAD = 0.5  # spread of what followed demand, on the logit of the elasticity
WITHIN = 1.645  # standard errors from the middle of a 90 % range to its ends
ROUNDS = 12
NUDGE = 1e-4
FINEST = 1e-3  # error as a share of the lift below which no experiment knows it, and the steps below lose their figures


@dataclass(frozen=True, slots=True)
class LiftTest:
    """An experiment: from ``start`` to ``end`` a channel spent ``spend_with`` where it would have ``spend_without``.

    Spend and ``lift``, the results that the difference brought, are totals of the whole test in the units of the
    history; ``low`` and ``high`` are the ends of the lift's 90 % range.
    """

    channel: str
    start: date
    end: date
    spend_without: float
    spend_with: float
    lift: float
    low: float
    high: float

    def __post_init__(self) -> None:
        """Raises InputError for a test that says nothing: no days, no difference in spend, or no range."""
        spends = (self.spend_without, self.spend_with)
        good = self.end >= self.start and min(spends) >= 0 and self.spend_with != self.spend_without
        good = good and self.low < self.high and self.low <= self.lift <= self.high
        if not (good and np.isfinite([*spends, self.lift, self.low, self.high]).all()):
            raise InputError("optimizer.fit.lift_unusable", channel=self.channel, start=self.start.isoformat())

    @property
    def weeks(self) -> float:
        """Length of the test in weeks."""
        return ((self.end - self.start).days + 1) / 7.0

    @property
    def error(self) -> float:
        """Standard error of the lift."""
        return (self.high - self.low) / (2.0 * WITHIN)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready; ``from_dict`` reads it back."""
        return asdict(self) | {"start": self.start.isoformat(), "end": self.end.isoformat()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LiftTest:
        """The test that ``as_dict`` wrote."""
        days = {name: date.fromisoformat(data[name]) for name in ("start", "end")}
        return cls(**{**data, **days})


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A curve after its tests; ``elasticity`` at the usual spend as mean, 5 % and 95 %."""

    curve: HillAverage
    elasticity: tuple[float, float, float]


def calibrated(
    curve: HillAverage, usual: float, tests: Sequence[LiftTest], seasons: Sequence[float], rng: np.random.Generator
) -> Calibrated:
    """Every draw of a weekly ``curve`` moved as little as brings it into agreement with ``tests``.

    A draw sees each lift with an error of its own (randomised maximum a posteriori). ``seasons`` is what the season
    multiplied the response by during each test; ``usual`` the weekly spend at which elasticity is meant.
    """
    draws = np.size(curve.a)
    shapes = _Shapes.of(curve, usual)
    moved = np.zeros((draws, 2))  # log factor on the level, shift of the elasticity's logit
    lifts, usually = np.array([test.lift for test in tests]), shapes.lifts(moved, tests, seasons).mean(axis=0)
    least = FINEST * np.maximum(np.abs(lifts), np.abs(usually))
    errors = np.maximum([test.error for test in tests], least)
    seen = lifts + errors * rng.normal(size=(draws, len(tests)))
    weight = np.diag([1.0 / CREDIT_SPREAD**2, 1.0 / CONFOUNDED_SPREAD**2])
    for _ in range(ROUNDS):
        now = shapes.lifts(moved, tests, seasons)
        tilted = shapes.lifts(moved + np.array([0.0, NUDGE]), tests, seasons)
        slope = np.stack([now, (tilted - now) / NUDGE], axis=2) / errors[None, :, None]
        pull = np.einsum("mtp,mt->mp", slope, (seen - now) / errors) - moved @ weight
        sharp = np.einsum("mtp,mtq->mpq", slope, slope) + weight
        moved = moved + np.clip(np.linalg.solve(sharp, pull[..., None])[..., 0], -0.5, 0.5)
    elasticity, s, k = shapes.moved(moved[:, 1])
    low, high = np.quantile(elasticity, [0.05, 0.95])
    top = shapes.level * np.exp(moved[:, 0]) * (1.0 + k**s)
    made = HillAverage(a=top / draws, k=k * usual, s=s)
    return Calibrated(made, (float(elasticity.mean()), float(low), float(high)))


@dataclass(frozen=True, slots=True)
class _Shapes:
    """Draws of a curve by elasticity and level at the usual spend; arrays over draws.

    A concave draw keeps its bend when its elasticity moves, an S-shaped one its slope.
    """

    usual: float
    slope: Array
    elasticity: Array
    level: Array

    @classmethod
    def of(cls, curve: HillAverage, usual: float) -> _Shapes:
        reached = (usual / curve.k) ** curve.s
        slope = np.asarray(curve.s, dtype=np.float64)
        level = np.size(curve.a) * curve.a * reached / (1.0 + reached)
        return cls(usual, slope, np.asarray(slope / (1.0 + reached)), np.asarray(level))

    def moved(self, shift: Array) -> tuple[Array, Array, Array]:
        """Elasticity, slope s and half point k (in units of the usual spend) after a shift of the logit."""
        highest = np.maximum(self.slope, 1.0)
        start = np.clip(self.elasticity / highest, ELASTICITIES[0], ELASTICITIES[-1])
        share = np.clip(expit(logit(start) + shift), ELASTICITIES[0], ELASTICITIES[-1])
        bend = np.minimum((self.slope - self.elasticity) / np.maximum(1.0 - self.elasticity, 1e-9), 1.0)
        s = np.where(self.slope > 1.0, self.slope, share + (1.0 - share) * bend)
        elasticity = share * highest
        return elasticity, s, (elasticity / (s - elasticity)) ** (1.0 / s)

    def lifts(self, moved: Array, tests: Sequence[LiftTest], seasons: Sequence[float]) -> Array:
        """Lift that every moved draw expects of every test; shape (draws, tests)."""
        _, s, k = self.moved(moved[:, 1])
        top = self.level * np.exp(moved[:, 0]) * (1.0 + k**s)
        out = np.empty((len(s), len(tests)))
        for number, (test, season) in enumerate(zip(tests, seasons, strict=True)):
            ends = [(spend / test.weeks / self.usual / k) ** s for spend in (test.spend_without, test.spend_with)]
            before, after = (top * reached / (1.0 + reached) for reached in ends)
            out[:, number] = season * test.weeks * (after - before)
        return out
