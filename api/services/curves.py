"""Decides which response curves stand behind a plan: fitted once per content of the account, then kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.snapshot import Snapshot

if TYPE_CHECKING:
    from optimizer.curves.curve_set import CurveSet
    from optimizer.history import WeeklyHistory

MOST_KEPT = 32
_Key = tuple[str, str, tuple[tuple[str, Decimal], ...]]
_KEPT: OrderedDict[_Key, tuple[WeeklyHistory, CurveSet]] = OrderedDict()
_LOCK = threading.Lock()


def curves_of(snapshot: Snapshot, result: str, credit: Mapping[str, Decimal]) -> tuple[WeeklyHistory, CurveSet]:
    """The weekly history and its curves. Equal facts, result and credit give the same curves, so they are reused."""
    key = (snapshot.hash, result, tuple(sorted(credit.items())))
    with _LOCK:
        if key in _KEPT:
            _KEPT.move_to_end(key)
            return _KEPT[key]
    made = _fit(snapshot, result, credit)
    with _LOCK:
        _KEPT[key] = made
        while len(_KEPT) > MOST_KEPT:
            _KEPT.popitem(last=False)
    return made


def _fit(snapshot: Snapshot, result: str, credit: Mapping[str, Decimal]) -> tuple[WeeklyHistory, CurveSet]:
    from optimizer.fitting import fit_curves
    from optimizer.history import weekly_history

    factors = {platform: float(factor) for platform, factor in credit.items()}
    history = weekly_history(snapshot.facts, result, credit=factors, currency=snapshot.currency or "TWD")
    return history, fit_curves(history)
