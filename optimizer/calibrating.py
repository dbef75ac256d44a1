"""Decides what lift tests change of curves that were fitted on history alone, and what is told of it.

Fitted (curves, steps, seasons) + tests -> curves moved channel by channel, each with a sentence
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np

from engine.errors import InputError
from engine.messages import Message
from engine.money import Money
from optimizer.curves.curve import Array
from optimizer.curves.curve_set import ChannelCurve, CurveSet
from optimizer.curves.families.hill_average import HillAverage
from optimizer.curves.lift import LiftTest, calibrated
from optimizer.seeding import seed_of
from optimizer.track import Track

CALIBRATED = "optimizer.fit.calibrated"
UNLIKE = 3.0  # times by which a test's spend may differ from the history's before it looks like a mistake


@dataclass(frozen=True, slots=True)
class Fitted:
    """What history alone says: ``curves``, and per channel its steps in time and the season of each."""

    curves: CurveSet
    tracks: Mapping[str, Track]
    seasons: Mapping[str, Array]
    start: date | None  # day 0 of the tracks

    def calibrated(self, tests: Sequence[LiftTest], seed: int = 0) -> CurveSet:
        """The curves after ``tests``, whose order changes nothing. Raises InputError for a channel without a curve."""
        curves, notes = dict(self.curves.curves), list[Message]()
        for name in sorted({test.channel for test in tests}):
            if name not in curves:
                known = "、".join(sorted(curves))
                raise InputError("optimizer.fit.lift_unknown_channel", channel=name, known=known)
            chosen = sorted((test for test in tests if test.channel == name), key=lambda test: str(test.as_dict()))
            before = curves[name]
            curves[name] = _moved(before, chosen, [self._season(test) for test in chosen], seed)
            notes += [_told(before, curves[name], self.curves.result), *self._doubts(chosen)]
        return replace(self.curves, curves=curves, warnings=(*self.curves.warnings, *notes))

    def _season(self, test: LiftTest) -> float:
        """What the season multiplied the response by during a test; 1 where the history does not reach."""
        season = self.seasons.get(test.channel)
        if season is None:
            return 1.0
        inside = self._during(test)
        return float(season[inside].mean()) if inside.any() else 1.0

    def _during(self, test: LiftTest) -> Array:
        """Which steps of the channel lie in a test."""
        track = self.tracks.get(test.channel)
        if track is None or self.start is None:
            return np.zeros(0, dtype=bool)
        first, last = ((day - self.start).days for day in (test.start, test.end))
        return np.asarray((track.day >= first) & (track.day <= last))

    def _doubts(self, tests: Sequence[LiftTest]) -> Iterator[Message]:
        """What of the tests does not go with the history: days outside it, or a spend quite unlike its own."""
        for test in tests:
            inside = self._during(test)
            days = {"start": test.start.isoformat(), "end": test.end.isoformat()}
            if not inside.any():
                yield Message("optimizer.fit.lift_outside", {"channel": test.channel, **days})
                continue
            track = self.tracks[test.channel]
            seen = float(track.spend[inside].sum())
            whole = int(inside.sum()) * track.step_days == (test.end - test.start).days + 1
            most = max(test.spend_with, test.spend_without)
            if whole and not most / UNLIKE <= seen <= most * UNLIKE:
                spends = {"spend": self._money(most), "seen": self._money(seen)}
                yield Message("optimizer.fit.lift_spend", {"channel": test.channel, **days, **spends})

    def _money(self, amount: float) -> str:
        return str(Money.of(Decimal(str(round(amount))), self.curves.currency))


def _moved(known: ChannelCurve, tests: Sequence[LiftTest], seasons: Sequence[float], seed: int) -> ChannelCurve:
    if not isinstance(known.curve, HillAverage):
        raise TypeError("the estimator and the rate card make averages of Hill curves, and only those can be moved")
    usual = known.recent or max(max(test.spend_with, test.spend_without) / test.weeks for test in tests)
    rng = np.random.default_rng(seed_of(f"lift {known.channel}", seed))
    found = calibrated(known.curve, usual, tests, seasons, rng)
    return replace(known, curve=found.curve, elasticity=found.elasticity, lift_tests=tuple(tests))


def _told(before: ChannelCurve, after: ChannelCurve, result: str) -> Message:
    spend = np.array(before.recent or before.observed_max or 1.0)
    change = float(after.curve.slope(spend) / before.curve.slope(spend)) - 1.0
    what = {"channel": after.channel, "result": result, "change": f"{change:+.0%}"}
    return Message(CALIBRATED, {**what, "count": len(after.lift_tests)})
