"""Decides which untreated entities a treated one is compared with, where chance withheld none.

Peers are of the same kind and near in volume, never near in the outcome: whoever is chosen for a low click rate
recovers from it, which would be taken for (or against) the action (Daw and Hatfield 2018,
https://doi.org/10.1111/1475-6773.12993).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.messages import Message, Value
from rules.effect.arms import EffectFaults, Numbers
from rules.effect.ratios import Matrix
from rules.entities import Floats

PEERS_EACH = 3


@dataclass(frozen=True, slots=True)
class Panel:
    """Sums of an outcome, entities × periods of equal length, in the same order of periods for every panel.

    ``kinds`` names what may be compared with what (platform, objective, format); ``volume`` is the size of each over
    the baseline, such as its impressions or its spend.
    """

    entities: Sequence[str]
    kinds: Sequence[str]
    volume: Numbers
    numerator: Matrix
    denominator: Matrix


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which periods are compared: ``[0, baseline)`` before, ``[after, end)`` after.

    What lies between is left out: the window on which the flag was raised is bad by choice, and so is what it spills
    over to.
    """

    baseline: int
    after: int


def check_panels(panels: Mapping[str, Panel], stretch: Stretch) -> None:
    """Raises EffectFaults for panels that do not fit together, all faults at once."""
    periods = np.shape(next(iter(panels.values())).numerator)[-1]
    told = [fault for name, panel in panels.items() for fault in _faults(name, panel, periods)]
    if not 0 < stretch.baseline <= stretch.after < periods:
        given = {"baseline": stretch.baseline, "after": stretch.after, "periods": periods}
        told.append(Message("rules.effect.fault.stretch", given))
    if told:
        raise EffectFaults(told)


def _faults(name: str, panel: Panel, periods: int) -> list[Message]:
    told = []
    count = len(panel.entities)
    shapes = {"numerator": (count, periods), "denominator": (count, periods), "volume": (count,), "kinds": (count,)}
    for column, expected in shapes.items():
        values = np.asarray(getattr(panel, column), dtype=str if column == "kinds" else float)
        where: dict[str, Value] = {"arm": name, "column": column}
        if values.shape != expected:
            found = {"found": _times(values.shape), "expected": _times(expected)}
            told.append(Message("rules.effect.fault.shape", {**where, **found}))
        elif column != "kinds":
            bad = ~np.isfinite(values) | (values < 0)
            rows = np.flatnonzero(bad.reshape(count, -1).any(axis=1)).tolist() if count else []
            if len(rows):
                told.append(Message("rules.effect.fault.cell", {**where, "entity": str(panel.entities[rows[0]])}))
    return told


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(str(one) for one in shape)


def matched(treated: Panel, candidates: Panel, each: int = PEERS_EACH) -> tuple[Panel, Panel]:
    """The treated that have peers, and their peers, each weighted by how often it was chosen over ``each``.

    Whatever delivered nothing over the baseline has none.
    """
    own, theirs = _log_volume(treated), _log_volume(candidates)
    kinds, known = np.asarray(candidates.kinds, dtype=str), np.flatnonzero(np.isfinite(theirs))
    chosen, kept = np.zeros(len(theirs)), []
    for at, kind in enumerate(treated.kinds):
        pool = known[kinds[known] == str(kind)]
        if not len(pool) or not np.isfinite(own[at]):
            continue
        nearest = pool[np.argsort(np.abs(theirs[pool] - own[at]), kind="stable")[:each]]
        chosen[nearest] += 1.0 / each
        kept.append(at)
    peers = np.flatnonzero(chosen)
    return _rows(treated, np.array(kept, np.intp), np.ones(len(kept))), _rows(candidates, peers, chosen[peers])


def _log_volume(panel: Panel) -> Floats:
    """Minus infinity where there was none."""
    with np.errstate(divide="ignore"):
        volume: Floats = np.log(np.asarray(panel.volume, float))
    return volume


def _rows(panel: Panel, at: NDArray[np.intp], times: Floats) -> Panel:
    """These rows of a panel, each counted so many times."""
    counted = [np.asarray(one, float)[at] * times[:, None] for one in (panel.numerator, panel.denominator)]
    names, kinds = [panel.entities[i] for i in at], [panel.kinds[i] for i in at]
    return Panel(names, kinds, np.asarray(panel.volume, float)[at], *counted)
