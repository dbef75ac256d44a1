"""Decides what stands behind a plan: history, response curves and prices, worked out once per account content.

Lift tests belong to a request: they are taken into the curves of its own, and what is kept here stays as it was.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from api.services.delivery import recent_delivery
from engine.errors import InputError
from engine.messages import Message
from engine.snapshot import Snapshot

if TYPE_CHECKING:
    from optimizer.calibrating import Fitted
    from optimizer.curves.curve_set import CurveSet
    from optimizer.demand import Demand
    from optimizer.history import WeeklyHistory

MOST_KEPT = 32
REACH = "reach"
ADDED_LIKE = "impressions"  # an additive count, in whose place reach is added up


@dataclass(frozen=True, slots=True)
class Background:
    """The weekly history, its curves, and what impressions and clicks have cost lately."""

    history: WeeklyHistory
    fitted: Fitted
    delivery: Mapping[str, Mapping[str, Any]]

    @property
    def curves(self) -> CurveSet:
        """The curves, as far as history alone tells them."""
        return self.fitted.curves

    def calibrated(self, demand: Demand) -> CurveSet:
        """The curves after the lift tests of a checked demand that are about their result."""
        from optimizer.lift_report import calibrating_tests

        return self.fitted.calibrated(calibrating_tests(demand.lift_tests, self.curves.result))


_Key = tuple[str, str, tuple[tuple[str, Decimal], ...]]
_KEPT: OrderedDict[_Key, Background] = OrderedDict()
_LOCK = threading.Lock()


def background_of(snapshot: Snapshot, result: str, credit: Mapping[str, Decimal], currency: str) -> Background:
    """What a plan rests on. Equal facts, result and credit give the same, so it is kept in this process."""
    key = (snapshot.hash, result, tuple(sorted(credit.items())))
    with _LOCK:
        if key in _KEPT:
            _KEPT.move_to_end(key)
            return _KEPT[key]
    made = _work_out(snapshot, result, credit, currency)
    with _LOCK:
        _KEPT[key] = made
        while len(_KEPT) > MOST_KEPT:
            _KEPT.popitem(last=False)
    return made


def _work_out(snapshot: Snapshot, result: str, credit: Mapping[str, Decimal], currency: str) -> Background:
    from optimizer.fitting import fit_history
    from optimizer.history import weekly_history

    factors = {platform: float(factor) for platform, factor in credit.items()}
    delivery = recent_delivery(snapshot, currency)
    if result == REACH:
        return _of_reach(snapshot, factors, currency, delivery)
    history = weekly_history(snapshot.facts, result, credit=factors, currency=currency)
    return Background(history, fit_history(history), delivery)


def _of_reach(
    snapshot: Snapshot, factors: Mapping[str, float], currency: str, delivery: Mapping[str, Mapping[str, Any]]
) -> Background:
    """Reach of each day and channel, added up: whoever was reached on two days or through two channels counts twice.

    Exports hold no more than that, and a warning says so. No rate card knows reach: a channel whose reports lack it is
    left out, with another. Raises InputError where no report has reach.
    """
    from optimizer.fitting import ENOUGH_RESULTS, fit_history
    from optimizer.history import weekly_history

    facts = snapshot.facts
    if REACH not in facts or not facts[REACH].notna().any():
        raise InputError("api.proposal.no_reach")
    history = weekly_history(facts.assign(**{ADDED_LIKE: facts[REACH]}), ADDED_LIKE, credit=factors, currency=currency)
    fitted = fit_history(history)
    curves = fitted.curves
    seen = {
        name: curve
        for name, curve in curves.curves.items()
        if curve.basis == "fitted" or curve.effective_results >= ENOUGH_RESULTS
    }
    if not seen:
        raise InputError("api.proposal.no_reach")
    unseen = sorted(set(curves.curves) - set(seen))
    told = [note for note in curves.warnings if note.values.get("channel") not in unseen]
    told += [Message("api.proposal.reach_unknown", {"channel": name}) for name in unseen]
    warnings = (Message("api.proposal.reach_added"), *told)
    known = replace(curves, result=REACH, curves=seen, warnings=warnings)
    return Background(replace(history, result=REACH), replace(fitted, curves=known), delivery)
