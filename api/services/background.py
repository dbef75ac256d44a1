"""Decides what stands behind a plan: history, response curves and prices, worked out once per account content."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from api.services.delivery import recent_delivery
from engine.snapshot import Snapshot

if TYPE_CHECKING:
    from optimizer.curves.curve_set import CurveSet
    from optimizer.history import WeeklyHistory

MOST_KEPT = 32


@dataclass(frozen=True, slots=True)
class Background:
    """The weekly history, its curves, and what impressions and clicks have cost lately."""

    history: WeeklyHistory
    curves: CurveSet
    delivery: Mapping[str, Mapping[str, Any]]


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
    from optimizer.fitting import fit_curves
    from optimizer.history import weekly_history

    factors = {platform: float(factor) for platform, factor in credit.items()}
    history = weekly_history(snapshot.facts, result, credit=factors, currency=currency)
    return Background(history, fit_curves(history), recent_delivery(snapshot, currency))
